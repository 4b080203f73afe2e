"""What is put around an optimizer: groups of parameters, and its part of a checkpoint."""

from fgc.runtime.optim.groups import parameter_groups as parameter_groups
