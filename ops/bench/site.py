"""`python -m ops.bench.site fill | publish HEADING`: the demo's pages; a new heading on the front page."""

import json
import sys

import django


def fill() -> None:
    """The demo's content."""
    from ops.demo.management.commands.seed_demo import seed

    seed()


def publish(heading: str) -> None:
    """As an editor does it."""
    from home.models import HomePage

    page = HomePage.objects.get()
    page.hero_heading = heading
    page.save_revision().publish()


def main(what: str, *arguments: str) -> None:
    """Do it and print an empty object."""
    django.setup()
    if what == "publish":
        publish(*arguments)
    else:
        fill()
    print(json.dumps({}))


if __name__ == "__main__":
    main(*sys.argv[1:])
