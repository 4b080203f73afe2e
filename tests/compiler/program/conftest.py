"""Graphs of YAML text, as in the tests of the passes."""

from tests.compiler.passes.conftest import graph_of, net, resolved, symbol_cache

__all__ = ["graph_of", "net", "resolved", "symbol_cache"]
