"""Learning-rate schedules, and the budget of tokens that they are laid over."""

from fgc.runtime.schedule.budget import accumulation_steps as accumulation_steps
from fgc.runtime.schedule.budget import batch_tokens as batch_tokens
from fgc.runtime.schedule.budget import scaled_lr as scaled_lr
from fgc.runtime.schedule.budget import steps as steps
from fgc.runtime.schedule.constant import constant as constant
from fgc.runtime.schedule.cosine import cosine as cosine
from fgc.runtime.schedule.exponential import exponential as exponential
from fgc.runtime.schedule.infinite import infinite as infinite
from fgc.runtime.schedule.linear import linear as linear
from fgc.runtime.schedule.warmup_stable_decay import warmup_stable_decay as warmup_stable_decay
