"""The tokenizer files of a model directory."""
