"""Signing in: allauth, passwords, second factors, limits and sessions."""

from portal.settings.site import SITE_NAME

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "portal.accounts.passwords.ContextWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "portal.accounts.forms.SignupDetailsForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_ADAPTER = "portal.security.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "portal.accounts.field_errors.LoginForm",
    "reauthenticate": "portal.accounts.field_errors.ReauthenticateForm",
    "set_password": "portal.accounts.field_errors.SetPasswordForm",
    "reset_password_from_key": "portal.accounts.field_errors.ResetPasswordKeyForm",
    "confirm_login_code": "portal.accounts.field_errors.ConfirmLoginCodeForm",
    "request_login_code": "portal.security.forms.RequestLoginCodeForm",
    "change_password": "portal.security.forms.ChangePasswordForm",
    "signup": "portal.accounts.allauth_forms.SignupForm",
    "add_email": "portal.accounts.allauth_forms.AddEmailForm",
    "reset_password": "portal.accounts.allauth_forms.ResetPasswordForm",
}
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds that the mailed link works
ACCOUNT_LOGIN_BY_CODE_ENABLED = True  # the owner's way in while strangers try passwords
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True  # twice
# allauth's own limits. A wrong code of the second step counts as "login_failed"; a wrong password counts in LIMITS.
ACCOUNT_RATE_LIMITS: dict[str, str] = {
    "login": "20/m/ip",
    "login_failed": "10/m/ip,5/5m/key,100/d/key",
    "request_login_code": "20/m/ip",
    "change_password": "5/m/user",
    "signup": "10/m/ip",
    "reset_password": "10/m/ip,3/10m/key",
}
# Our own limits, see portal/security/limits.py.
LIMITS: dict[str, str] = {
    "sign_in": "10/m/client,50/h/client,200/h/network,5/5m/account+client,30/d/account+network,150/d/account",
    "sign_in_code": "10/10m/client,60/h/network,3/10m/account+client,10/h/account+network,30/h/account",
    "book": "10/m/user",
    "contact": "5/h/client,50/h/network",
    "search": "30/m/client,300/m/network",
    "pay": "30/m/user",
    "pay_link": "30/m/client,300/h/network",
    "playback": "240/m/client",
    "calendar": "60/h/account,600/m/client",
}
MFA_FORMS = {
    "authenticate": "portal.accounts.field_errors.AuthenticateForm",
    "reauthenticate": "portal.accounts.field_errors.ReauthenticateCodeForm",
    "activate_totp": "portal.accounts.field_errors.ActivateTOTPForm",
    "authenticate_webauthn": "portal.security.forms.AuthenticateWebAuthnForm",
    "login_webauthn": "portal.security.forms.LoginWebAuthnForm",
    "reauthenticate_webauthn": "portal.security.forms.ReauthenticateWebAuthnForm",
}
MFA_ADAPTER = "portal.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = SITE_NAME
STAFF_SECOND_FACTOR_REQUIRED = True

# Sessions and rate limits live in the database: losing Redis costs latency, never work.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "portal.common.encryption.SessionSerializer"
SESSION_LIMITS = {  # seconds without a request, and in all
    "staff": (60 * 60, 12 * 60 * 60),
    "caregiver": (24 * 60 * 60, 14 * 24 * 60 * 60),
}
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
USERSESSIONS_TRACK_ACTIVITY = False  # our own middleware does, at most once a minute
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
