"""Partial evaluation of runtime and user definitions for what a graph binds to their parameters.

`source` reads modules, `scope` tells which names mean globals, `subset` what may not be touched.
`bindings` says what is known of a parameter, `static` evaluates tests, `fold` rewrites a body and
`signature` a parameter list; `definition` puts class and function together. `families` finds the
definitions that a graph needs and `construct` writes them, and the calls that make their objects.
`uses` and `closure` follow plain calls through code. The passes `specialise` and `vendor` drive
them.
"""
