"""The configuration of a model that is composed in Python."""

from fgc.runtime.nn import ModelConfig


def test_keyword_arguments_become_fields() -> None:
    config = ModelConfig(vocab_size=50, hidden_size=32, rope_theta=500.0, eos_token_id=1)
    assert (config.vocab_size, config.hidden_size, config.rope_theta) == (50, 32, 500.0)
    assert config.eos_token_id == 1
    assert config.pad_token_id is None
    assert config.use_cache
    assert not config.tie_word_embeddings
    assert ModelConfig.from_dict(config.to_dict()).to_dict() == config.to_dict()
