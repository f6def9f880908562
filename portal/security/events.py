"""What the security log speaks of: the closed lists of events and outcomes, which are also Prometheus labels."""

from enum import StrEnum


class Outcome(StrEnum):
    """How it ended."""

    SUCCESS = "success"
    REFUSED = "refused"  # wrong password, missing permission, invalid token
    LIMITED = "limited"  # too many tries; what was sent has not been looked at


class SecurityEvent(StrEnum):
    """What was tried or done."""

    SIGN_IN = "sign_in"
    SIGN_IN_CODE = "sign_in_code"
    SIGN_OUT = "sign_out"
    SIGN_UP = "sign_up"
    REAUTHENTICATION = "reauthentication"
    SESSION_ENDED = "session_ended"
    SECOND_FACTOR = "second_factor"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_RESET = "second_factor_reset"
    RECOVERY_CODES_GENERATED = "recovery_codes_generated"
    RECOVERY_CODE_USED = "recovery_code_used"
    PASSWORD_SET = "password_set"  # noqa: S105 - the name of an event
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an event
    EMAIL_ADDED = "email_added"
    EMAIL_CHANGED = "email_changed"
    EMAIL_REMOVED = "email_removed"
    EMAIL_CONFIRMED = "email_confirmed"
    USER_CREATED = "user_created"
    USER_CHANGED = "user_changed"
    USER_DEACTIVATED = "user_deactivated"
    USER_ACTIVATED = "user_activated"
    USER_DELETED = "user_deleted"
    ROLES_CHANGED = "roles_changed"
    INVITATION_SENT = "invitation_sent"
    INVITATION_ACCEPTED = "invitation_accepted"
    PERMISSION = "permission"
    CSRF = "csrf"
    LIMIT = "limit"
