"""The training program and the project around it."""
