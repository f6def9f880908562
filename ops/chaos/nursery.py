"""`python -m ops.chaos.nursery`: a process that has imported the portal, and forks one that runs a module when asked.

Importing costs seconds of processor time, and a drill starts a dozen processes. What is forked is what `python -m`
would have started, with its own session, signals and output. Requests are lines of JSON on standard input
(`{"module", "arguments", "out", "log"}`), answered by the new process's id.
"""

import argparse
import json
import os
import runpy
import signal
import sys
import threading

import django


def main() -> None:
    """Answer until the input ends. Returns in each forked process, too, when its module has ended."""
    argparse.ArgumentParser(prog="python -m ops.chaos.nursery", description=__doc__).parse_args()
    _import_the_portal()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a drill's Ctrl-C: the drill ends its processes itself
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            return _become(**request)
        print(pid, flush=True)
    return None


def _import_the_portal() -> None:
    django.setup()
    from django.db import connections

    from portal import wsgi  # noqa: F401
    from portal.celery import app

    app.loader.import_default_modules()
    connections.close_all()
    assert threading.active_count() == 1, "a fork would lose a thread"


def _become(module: str, arguments: list[str], out: str, log: str) -> None:
    os.setsid()
    for number in (signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    append = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    for descriptor, path, mode in ((0, os.devnull, os.O_RDONLY), (1, out, append), (2, log, append)):
        os.dup2(os.open(path, mode, 0o644), descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
