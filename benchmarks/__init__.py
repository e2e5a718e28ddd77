"""Each claim of the README with its reference measured beside it.

`python -m benchmarks.NAME --help` says what a script takes.
"""
