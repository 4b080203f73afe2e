"""What no single signature tells: values of a training configuration that do not fit together."""
