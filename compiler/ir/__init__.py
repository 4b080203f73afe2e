"""The compiler's intermediate representations: spans, the configuration graph, the module IR."""
