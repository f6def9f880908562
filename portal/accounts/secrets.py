"""Second factors at rest: the seeds of authenticator apps and of recovery codes."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from portal.common.stored_secrets import SecretPlace

SECRET_OF = {Authenticator.Type.TOTP.value: "secret", Authenticator.Type.RECOVERY_CODES.value: "seed"}


class SecondFactors(SecretPlace):
    """allauth's own columns. Passkeys have public keys only, which are no secret."""

    name = "second factors"

    def rows(self) -> QuerySet[Any, Any]:
        factors = Authenticator.objects.filter(type__in=SECRET_OF)
        stored = Coalesce(KT("data__secret"), KT("data__seed"))
        rows: QuerySet[Any, Any] = factors.annotate(stored=stored).exclude(stored=None)
        return rows

    def put(self, row: Any, stored: str) -> None:
        row.data[SECRET_OF[row.type]] = stored
        row.save(update_fields=["data"])
