"""`python -m ops.stack.call MODULE:FUNCTION [ARGUMENT ...]`: calls it with Django set up; prints what it returns."""

import json
import sys
from importlib import import_module

import django


def main(target: str, *arguments: str) -> None:
    """A process of its own: loaded as a worker is, and with a memory of its own."""
    django.setup()
    module, _, function = target.partition(":")
    print(json.dumps(getattr(import_module(module), function)(*arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])
