"""How allauth stores second factors here."""

from allauth.mfa.adapter import DefaultMFAAdapter

from portal.common import encryption


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The seeds of authenticator apps and recovery codes are stored as ciphertext."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)
