"""Each claim of the README with its reference measured beside it.

`python -m benchmarks.speed.probe --help` says what that one takes.
"""
