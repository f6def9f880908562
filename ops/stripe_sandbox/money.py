"""Stripe's currencies: which exist, their exponents and the least amount a card payment may have.

Amounts are integers in minor units. Sources: docs.stripe.com/currencies (zero-decimal,
three-decimal and special-case tables, minimum charge amounts).
"""

from .errors import StripeError, invalid_request

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
# Zero-decimal in daily life, two decimals at Stripe; the decimals are always 00.
WHOLE_UNITS_ONLY = frozenset({"isk", "ugx"})
_TWO_DECIMAL = """
aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc
cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl hrk htg huf idr ils inr jmd kes kgs khr
kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk
php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah usd uyu
uzs wst xcd xcg yer zar zmw
"""
CURRENCIES = ZERO_DECIMAL | THREE_DECIMAL | WHOLE_UNITS_ONLY | frozenset(_TWO_DECIMAL.split())
# The least amount, then the currencies that have it.
_MINIMUM = """
50 usd aud brl cad chf eur inr nzd sgd jpy
30 gbp
100 bgn
200 aed myr pln ron
250 dkk
300 nok sek
400 hkd
1000 mxn thb
1500 czk
17500 huf
"""
MINIMUM = {code: int(least) for least, *codes in map(str.split, _MINIMUM.split("\n")[1:-1]) for code in codes}
MAXIMUM = 99_999_999
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def exponent(currency: str) -> int:
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def display(amount: int, currency: str) -> str:
    """The way Stripe's error messages print money: `$0.50 usd`."""
    digits = exponent(currency)
    return f"{_SYMBOLS.get(currency, '')}{amount / 10**digits:,.{digits}f} {currency}"


def check_currency(currency: str) -> str:
    if (code := currency.lower()) in CURRENCIES:
        return code
    listed = ", ".join(sorted(CURRENCIES))
    raise invalid_request(
        f"Invalid currency: {code}. Stripe currently supports these currencies: {listed}", param="currency"
    )


def check_amount(amount: int, currency: str) -> None:
    """Raises Stripe's error for an amount that cannot be charged by card."""
    if amount < 1:
        raise _amount_error("This value must be greater than or equal to 1.", "integer")
    least = MINIMUM.get(currency, 1)
    if amount < least:
        raise _amount_error(f"Amount must be at least {display(least, currency)}", "too_small")
    if amount > MAXIMUM:
        raise _amount_error(f"Amount must be no more than {display(MAXIMUM, currency)}", "too_large")
    check_decimals(amount, currency)


def check_decimals(amount: int, currency: str) -> None:
    """Three-decimal amounts end in 0, ISK and UGX amounts in 00."""
    if currency in THREE_DECIMAL and amount % 10:
        raise _amount_error(f"Invalid amount: amounts in {currency} must be divisible by 10.", "integer")
    if currency in WHOLE_UNITS_ONLY and amount % 100:
        raise _amount_error(f"Invalid amount: amounts in {currency} must be divisible by 100.", "integer")


def _amount_error(message: str, kind: str) -> StripeError:
    code = "parameter_invalid_integer" if kind == "integer" else f"amount_{kind}"
    return invalid_request(message, code=code, param="amount")
