"""Damage every constraint of every shape, and show whether the cases in `tests/shapes` detect it.

`python -m tests.players.shape_mutation` does what `kb mutate` does, and this as well.
"""
