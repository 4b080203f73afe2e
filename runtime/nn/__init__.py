"""Parts of language models, and the models made of them.

Weights have the names that transformers gives them, so a model that is built like one of its
architectures exchanges weights with it.
"""

from fgc.runtime.nn.attention import Attention
from fgc.runtime.nn.causal_lm import ForCausalLM
from fgc.runtime.nn.config import ModelConfig
from fgc.runtime.nn.decoder import Decoder
from fgc.runtime.nn.post_norm_layer import PostNormLayer
from fgc.runtime.nn.pre_norm_layer import PreNormLayer
from fgc.runtime.nn.rms_norm import RMSNorm
from fgc.runtime.nn.rotary import RotaryEmbedding
from fgc.runtime.nn.swiglu import SwiGLU

__all__ = [
    "Attention",
    "Decoder",
    "ForCausalLM",
    "ModelConfig",
    "PostNormLayer",
    "PreNormLayer",
    "RMSNorm",
    "RotaryEmbedding",
    "SwiGLU",
]
