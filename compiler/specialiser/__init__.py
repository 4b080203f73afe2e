"""Partial evaluation of runtime and user definitions for what a graph binds to their parameters.

`source` reads modules, `bindings` says what is known of a parameter, `static` evaluates tests,
`fold` rewrites a body, `definition` puts class and function together. The passes `specialise` and
`vendor` drive them.
"""
