"""A configuration as plain Python: a module that builds its top-level nodes, for any graph."""
