"""What `fgc lsp` tells an editor: one file a question, asked of a text and a position in it.

A question is answered by a pure function of a `Snapshot`; ``server`` alone speaks the protocol.
"""
