"""`make bench`: what we promise about speed, each measured beside its peer in one run.

A module per benchmark, listed in `registry.py`. It takes the servers (`Place`) and a `Size`, and yields `Result`s.
"""
