"""How a run is spread over processes.

Each module here has the same names. A configuration chooses one, and its project has that one as
`runtime/trainer/strategy.py`; read unspecialised, this package is `single`.
"""

from fgc.runtime.trainer.strategy.single import accumulate as accumulate
from fgc.runtime.trainer.strategy.single import clip_grad_norm as clip_grad_norm
from fgc.runtime.trainer.strategy.single import finish as finish
from fgc.runtime.trainer.strategy.single import forward as forward
from fgc.runtime.trainer.strategy.single import forward_backward as forward_backward
from fgc.runtime.trainer.strategy.single import is_main as is_main
from fgc.runtime.trainer.strategy.single import load_model_state as load_model_state
from fgc.runtime.trainer.strategy.single import model_state as model_state
from fgc.runtime.trainer.strategy.single import place as place
from fgc.runtime.trainer.strategy.single import rank as rank
from fgc.runtime.trainer.strategy.single import start as start
from fgc.runtime.trainer.strategy.single import total as total
from fgc.runtime.trainer.strategy.single import world_size as world_size
