"""`manage.py encrypt_secrets`: every stored secret under the first key of PORTAL_ENCRYPTION_KEYS. Safe to repeat."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.common.encryption import decrypt, reencrypt
from portal.common.stored_secrets import PLACES


class Command(BaseCommand):
    help = "Encrypt what lies in clear, and what an older key encrypted, under the first key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--in-clear",
            action="store_true",
            help="write everything in clear, before going back to a release that cannot decrypt",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        change = decrypt if options["in_clear"] else reencrypt
        unreadable = []
        for place in PLACES:
            result = place.rewrite(change)
            if options["verbosity"]:
                self.stdout.write(f"{place.name}: {result.changed} rewritten")
            if result.unreadable:
                unreadable.append(f"{result.unreadable} {place.name}")
        if unreadable:
            raise CommandError(f"no key of PORTAL_ENCRYPTION_KEYS opens {', '.join(unreadable)}; they are unchanged")
