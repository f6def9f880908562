"""Take a lost second factor off an account: the only way for a superuser's."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.lookup import find_user
from portal.security.second_factor import ResetReason, reset_second_factor


class Command(BaseCommand):
    help = "Removes an account's second factor and recovery codes, ends its sessions and tells its owner by email."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--reason", required=True, choices=ResetReason.values)

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_user(options["email"])
        if user is None:
            raise CommandError("No account has this email address.")
        reset_second_factor(user, by=None, reason=ResetReason(options["reason"]))
        self.stdout.write(f"The second factor of account {user.pk} has been reset. Its owner is told by email.")
