"""The text that a project trains on: local files, and their place in the tree."""
