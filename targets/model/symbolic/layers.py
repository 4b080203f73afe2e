"""Parameters, buffers and children of torch's own modules, as a table.

What an entry says is text in Python: a constructor's parameters, and expressions over them. A test
compares each entry with torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A tensor, which a module has ``when`` something holds, or always.

    ``name`` is written as an f-string.
    """

    name: str
    shape: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """A class of `torch.nn`.

    ``signature`` are the constructor's parameters, ``parameters`` and ``buffers`` its tensors in
    torch's order, all of them for ``each`` of a list, or once. ``children`` are names and
    constructions. ``keeps`` are the arguments that are attributes of the module, just as they were
    given; ``base`` is the class of the table that it derives from.
    """

    signature: str
    parameters: tuple[Row, ...] = ()
    buffers: tuple[Row, ...] = ()
    children: Mapping[str, str] | None = None
    keeps: str = ""
    each: str | None = None
    base: str = "Module"


PLACE = "device=None, dtype=None"
ANYTHING = Layer("*args, **kwargs")

WEIGHTLESS = """
    AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d
    AdaptiveMaxPool3d AlphaDropout AvgPool1d AvgPool2d AvgPool3d CELU ChannelShuffle CircularPad1d
    CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d CosineSimilarity ELU
    FeatureAlphaDropout Flatten Fold GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh Identity
    LeakyReLU LocalResponseNorm LogSigmoid LogSoftmax MaxPool1d MaxPool2d MaxPool3d Mish
    PairwiseDistance PixelShuffle PixelUnshuffle RReLU ReLU ReflectionPad1d ReflectionPad2d
    ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d SELU SiLU Sigmoid Softmax
    Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink Threshold Unflatten Unfold
    Upsample
"""
"""Classes without tensors, whatever they are given."""

DROPOUTS = "Dropout Dropout1d Dropout2d Dropout3d"

NORMALIZED = (
    "(*normalized_shape,) if isinstance(normalized_shape, (list, tuple)) else (normalized_shape,)"
)
AFFINE = (
    Row("weight", "(num_features,)", "affine"),
    Row("bias", "(num_features,)", "affine and bias"),
)
RUNNING = (
    Row("running_mean", "(num_features,)", "track_running_stats"),
    Row("running_var", "(num_features,)", "track_running_stats"),
    Row("num_batches_tracked", "()", "track_running_stats"),
)


def _batch_norm(more: str = "") -> Layer:
    return Layer(
        "num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, "
        f"{more}{PLACE}, *, bias=True",
        AFFINE,
        RUNNING,
        keeps="num_features eps momentum affine track_running_stats",
    )


def _instance_norm() -> Layer:
    return Layer(
        "num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, "
        f"{PLACE}, *, bias=True",
        AFFINE,
        RUNNING,
        keeps="num_features eps momentum affine track_running_stats",
    )


def _kernel(dimensions: int) -> str:
    many = "isinstance(kernel_size, (list, tuple))"
    return f"*(kernel_size if {many} else [kernel_size] * {dimensions})"


def _conv(dimensions: int) -> Layer:
    return Layer(
        "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, "
        f"bias=True, padding_mode='zeros', {PLACE}",
        (
            Row("weight", f"(out_channels, in_channels // groups, {_kernel(dimensions)})"),
            Row("bias", "(out_channels,)", "bias"),
        ),
        keeps="in_channels out_channels groups padding_mode",
    )


def _conv_transpose(dimensions: int) -> Layer:
    return Layer(
        "in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, "
        f"bias=True, dilation=1, padding_mode='zeros', {PLACE}",
        (
            Row("weight", f"(in_channels, out_channels // groups, {_kernel(dimensions)})"),
            Row("bias", "(out_channels,)", "bias"),
        ),
        keeps="in_channels out_channels groups padding_mode",
    )


def _recurrent(gates: int, more: str = "", projection: str = "") -> Layer:
    """``each`` is the number of a layer and the suffix of a direction."""
    gate = f"{gates} * hidden_size"
    inner = "(proj_size or hidden_size)" if projection else "hidden_size"
    size = f"(input_size if each[0] == 0 else {inner} * (2 if bidirectional else 1))"
    projected = (Row("weight_hr_l{each[0]}{each[1]}", "(proj_size, hidden_size)", "proj_size"),)
    return Layer(
        f"input_size, hidden_size, num_layers=1, {more}bias=True, batch_first=False, dropout=0.0, "
        f"bidirectional=False, {projection}{PLACE}",
        (
            Row("weight_ih_l{each[0]}{each[1]}", f"({gate}, {size})"),
            Row("weight_hh_l{each[0]}{each[1]}", f"({gate}, {inner})"),
            Row("bias_ih_l{each[0]}{each[1]}", f"({gate},)", "bias"),
            Row("bias_hh_l{each[0]}{each[1]}", f"({gate},)", "bias"),
            *(projected if projection else ()),
        ),
        keeps="input_size hidden_size num_layers bias batch_first dropout bidirectional",
        each="[(n, s) for n in range(num_layers) for s in ['', '_reverse'][:1 + bidirectional]]",
    )


def _cell(gates: int, more: str = "") -> Layer:
    return Layer(
        f"input_size, hidden_size, bias=True, {more}{PLACE}",
        (
            Row("weight_ih", f"({gates} * hidden_size, input_size)"),
            Row("weight_hh", f"({gates} * hidden_size, hidden_size)"),
            Row("bias_ih", f"({gates} * hidden_size,)", "bias"),
            Row("bias_hh", f"({gates} * hidden_size,)", "bias"),
        ),
        keeps="input_size hidden_size bias",
    )


TRANSFORMER = (
    "d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=None, layer_norm_eps=1e-5, "
    f"batch_first=False, norm_first=False, bias=True, {PLACE}"
)
ATTENTION = "MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias)"
NORM = "LayerNorm(d_model, eps=layer_norm_eps, bias=bias)"
FEED_FORWARD = {
    "linear1": "Linear(d_model, dim_feedforward, bias=bias)",
    "dropout": "Dropout(dropout)",
    "linear2": "Linear(dim_feedforward, d_model, bias=bias)",
}
OTHER_SIZES = "not (kdim in (None, embed_dim) and vdim in (None, embed_dim))"

LAYERS: Mapping[str, Layer] = {
    **dict.fromkeys(WEIGHTLESS.split(), ANYTHING),
    **{name: Layer("p=0.5, inplace=False", keeps="p inplace") for name in DROPOUTS.split()},
    "ReLU6": Layer("inplace=False", base="Hardtanh"),
    "UpsamplingBilinear2d": Layer("size=None, scale_factor=None", base="Upsample"),
    "UpsamplingNearest2d": Layer("size=None, scale_factor=None", base="Upsample"),
    "ZeroPad1d": Layer("padding", base="ConstantPad1d"),
    "ZeroPad2d": Layer("padding", base="ConstantPad2d"),
    "ZeroPad3d": Layer("padding", base="ConstantPad3d"),
    "Linear": Layer(
        f"in_features, out_features, bias=True, {PLACE}",
        (
            Row("weight", "(out_features, in_features)"),
            Row("bias", "(out_features,)", "bias"),
        ),
        keeps="in_features out_features",
    ),
    "Bilinear": Layer(
        f"in1_features, in2_features, out_features, bias=True, {PLACE}",
        (
            Row("weight", "(out_features, in1_features, in2_features)"),
            Row("bias", "(out_features,)", "bias"),
        ),
        keeps="in1_features in2_features out_features",
    ),
    "Embedding": Layer(
        "num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, "
        f"scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, {PLACE}",
        (Row("weight", "(num_embeddings, embedding_dim)"),),
        keeps="num_embeddings embedding_dim",
    ),
    "EmbeddingBag": Layer(
        "num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, "
        "mode='mean', sparse=False, _weight=None, include_last_offset=False, padding_idx=None, "
        f"{PLACE}",
        (Row("weight", "(num_embeddings, embedding_dim)"),),
        keeps="num_embeddings embedding_dim mode",
    ),
    "PReLU": Layer(
        f"num_parameters=1, init=0.25, {PLACE}",
        (Row("weight", "(num_parameters,)"),),
        keeps="num_parameters",
    ),
    "RMSNorm": Layer(
        f"normalized_shape, eps=None, elementwise_affine=True, {PLACE}",
        (Row("weight", NORMALIZED, "elementwise_affine"),),
        keeps="eps elementwise_affine",
    ),
    "LayerNorm": Layer(
        f"normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, {PLACE}",
        (
            Row("weight", NORMALIZED, "elementwise_affine"),
            Row("bias", NORMALIZED, "elementwise_affine and bias"),
        ),
        keeps="eps elementwise_affine",
    ),
    "GroupNorm": Layer(
        f"num_groups, num_channels, eps=1e-5, affine=True, {PLACE}, *, bias=True",
        (
            Row("weight", "(num_channels,)", "affine"),
            Row("bias", "(num_channels,)", "affine and bias"),
        ),
        keeps="num_groups num_channels eps affine",
    ),
    "BatchNorm1d": _batch_norm(),
    "BatchNorm2d": _batch_norm(),
    "BatchNorm3d": _batch_norm(),
    "SyncBatchNorm": _batch_norm("process_group=None, "),
    "InstanceNorm1d": _instance_norm(),
    "InstanceNorm2d": _instance_norm(),
    "InstanceNorm3d": _instance_norm(),
    "Conv1d": _conv(1),
    "Conv2d": _conv(2),
    "Conv3d": _conv(3),
    "ConvTranspose1d": _conv_transpose(1),
    "ConvTranspose2d": _conv_transpose(2),
    "ConvTranspose3d": _conv_transpose(3),
    "RNN": _recurrent(1, more="nonlinearity='tanh', "),
    "GRU": _recurrent(3),
    "LSTM": _recurrent(4, projection="proj_size=0, "),
    "RNNCell": _cell(1, more="nonlinearity='tanh', "),
    "GRUCell": _cell(3),
    "LSTMCell": _cell(4),
    "MultiheadAttention": Layer(
        "embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, "
        f"kdim=None, vdim=None, batch_first=False, {PLACE}",
        (
            Row("q_proj_weight", "(embed_dim, embed_dim)", OTHER_SIZES),
            Row("k_proj_weight", "(embed_dim, embed_dim if kdim is None else kdim)", OTHER_SIZES),
            Row("v_proj_weight", "(embed_dim, embed_dim if vdim is None else vdim)", OTHER_SIZES),
            Row("in_proj_weight", "(3 * embed_dim, embed_dim)", f"not ({OTHER_SIZES})"),
            Row("in_proj_bias", "(3 * embed_dim,)", "bias"),
            Row("bias_k", "(1, 1, embed_dim)", "add_bias_kv"),
            Row("bias_v", "(1, 1, embed_dim)", "add_bias_kv"),
        ),
        children={"out_proj": "Linear(embed_dim, embed_dim, bias=bias)"},
        keeps="embed_dim num_heads dropout batch_first",
    ),
    "TransformerEncoderLayer": Layer(
        TRANSFORMER,
        children={
            "self_attn": ATTENTION,
            **FEED_FORWARD,
            **dict.fromkeys(("norm1", "norm2"), NORM),
            **dict.fromkeys(("dropout1", "dropout2"), "Dropout(dropout)"),
        },
        keeps="norm_first activation",
    ),
    "TransformerDecoderLayer": Layer(
        TRANSFORMER,
        children={
            "self_attn": ATTENTION,
            "multihead_attn": ATTENTION,
            **FEED_FORWARD,
            **dict.fromkeys(("norm1", "norm2", "norm3"), NORM),
            **dict.fromkeys(("dropout1", "dropout2", "dropout3"), "Dropout(dropout)"),
        },
        keeps="norm_first activation",
    ),
}
"""The classes of `torch.nn` whose tensors follow from their arguments; a base before its heirs."""
