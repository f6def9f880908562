"""`manage.py clean_uploads`: the files that are stored already, examined and cleaned as if they came in today."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.uploads.errors import UploadRejected
from portal.uploads.stored import chunks, clean, registered

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Examine and clean every stored picture, document, avatar and file of the library where it lies; exits 1 when "
        "a file would not be taken today, and leaves it as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing, only say what would be")
        parser.add_argument("--after", metavar="MODEL:ID", help="go on behind this row, as the last line before said")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        label, after = self._resumed(options["after"])
        examined, cleaned, refused = 0, 0, 0
        shown: list[dict[str, Any]] = []
        for stored in registered():
            if stored.label < label:
                continue
            for chunk in chunks(stored, after if stored.label == label else 0):
                for row in chunk:
                    examined += 1
                    try:
                        cleaned += clean(stored, row, dry_run=options["dry_run"])
                    except UploadRejected as refusal:
                        refused += 1
                        self.stderr.write(f"{stored.label}:{row.pk} refused: {refusal}")
                        if len(shown) < SHOWN:
                            shown.append({"model": stored.label, "id": row.pk, "reason": str(refusal)})
                self.stderr.write(f"--after {stored.label}:{chunk[-1].pk}")
        if options["json"]:
            report = {"examined": examined, "cleaned": cleaned, "refused": refused, "first_refused": shown}
            self.stdout.write(json.dumps({**report, "dry_run": options["dry_run"]}))
        else:
            verb = "to clean" if options["dry_run"] else "cleaned"
            self.stdout.write(f"{examined} files examined, {cleaned} {verb}, {refused} refused")
        if refused:
            raise CommandError(f"{refused} files refused", returncode=1)

    def _resumed(self, after: str | None) -> tuple[str, int]:
        """Label and primary key. Raises CommandError."""
        if after is None:
            return "", 0
        label, _, pk = after.partition(":")
        if label not in {stored.label for stored in registered()} or not pk.isascii() or not pk.isdecimal():
            labels = ", ".join(stored.label for stored in registered())
            raise CommandError(f"{after!r} is not MODEL:ID with a model of these: {labels}")
        return label, int(pk)
