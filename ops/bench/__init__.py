"""`make bench`: what we promise about speed, each measured beside its peer in one run.

A module a subject, listed in `__main__.py`. It takes the servers (`BenchEnvironment`) and a `Size`, and yields
`Result`s.
"""
