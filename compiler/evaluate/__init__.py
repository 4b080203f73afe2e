"""What emitted Python computes, told from its text: a bounded evaluator that executes none of it.

It understands the part of Python in which constructors of models and learning-rate schedules are
written. What it does not understand it says: `Unknown` is a value, `NotKnown` ends an evaluation.
"""
