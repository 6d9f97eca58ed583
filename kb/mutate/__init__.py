"""`kb mutate`: does anybody notice? The base is broken in every known way, and so are the shapes.

A check that passes says little as long as it is unknown what would make it fail. So each operator of a table
(kb/mutate/operators.py) breaks a small base at a few places, each break goes through the whole check, and what no
rule detected is a missing rule, or it is in the table with the reason why no rule can detect it.
"""
