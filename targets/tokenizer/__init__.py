"""Tokenizers: their files in a model directory, and how one is trained from a configuration."""
