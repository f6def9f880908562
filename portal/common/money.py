"""Money as whole minor units, the way Stripe counts it.

Exponents: Stripe, "Supported currencies" (zero-decimal, three-decimal and special cases: ISK and UGX
are written with two decimals in the API although they have none in use).
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from babel.numbers import format_currency
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_ZERO_DECIMAL: Final = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_TWO_DECIMAL: Final = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD KES "
    "KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD "
    "PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TOP TRY TTD TWD "
    "TZS UAH UGX USD UYU UZS WST XCD XCG YER ZAR ZMW"
)
_THREE_DECIMAL: Final = "BHD JOD KWD OMR TND"
EXPONENTS: Final[dict[str, int]] = {
    **dict.fromkeys(_ZERO_DECIMAL.split(), 0),
    **dict.fromkeys(_TWO_DECIMAL.split(), 2),
    **dict.fromkeys(_THREE_DECIMAL.split(), 3),
}

# Stripe, "Minimum and maximum charge amounts", in minor units; other currencies: no figure published.
MINIMUM_CHARGE: Final[dict[str, int]] = {
    "USD": 50,
    "AED": 200,
    "AUD": 50,
    "BGN": 100,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
}


def exponent(currency: str) -> int:
    """Decimal places of `currency` (ISO 4217, any case). Raises ValidationError when Stripe does not take it."""
    try:
        return EXPONENTS[currency.upper()]
    except KeyError:
        raise ValidationError(_("Stripe doesn’t accept the currency %(currency)s.") % {"currency": currency}) from None


def major(amount: int, currency: str) -> Decimal:
    """`amount` minor units in major units: 1234 GBP is Decimal("12.34")."""
    return Decimal(amount).scaleb(-exponent(currency))


def minor(amount: Decimal, currency: str) -> int:
    """Major units in minor units. Raises ValidationError when `amount` has more decimals than the currency."""
    scaled = amount.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise ValidationError(
            _("%(amount)s has more decimal places than %(currency)s allows.")
            % {"amount": amount, "currency": currency.upper()}
        )
    return int(scaled)


@lru_cache(maxsize=4096)  # a listing or a page says the same few prices again and again
def formatted(amount: int, currency: str, locale: str = "en_GB") -> str:
    """`amount` minor units as people read it: £45.00, ¥500. Babel's own exponent table differs from Stripe's.

    A currency that Stripe has added since, in which somebody else's charge may be, is told in whole minor units.
    """
    if currency.upper() not in EXPONENTS:
        return _("%(amount)s of the smallest unit of %(currency)s") % {
            "amount": f"{amount:,}",
            "currency": currency.upper(),
        }
    digits = exponent(currency)
    places = f".{'0' * digits}" if digits else ""
    pattern = f"¤#,##0{places}"
    text = format_currency(
        major(amount, currency), currency.upper(), format=pattern, locale=locale, currency_digits=False
    )
    return str(text)


def share(amount: int, basis_points: int, currency: str) -> int:
    """`basis_points` ten-thousandths of `amount`, rounded half up to what the currency can charge, in minor units."""
    raw = Decimal(amount) * basis_points / 10_000
    step = smallest_step(currency)
    return int((raw / step).quantize(Decimal(1), rounding=ROUND_HALF_UP)) * step


def smallest_step(currency: str) -> int:
    """Stripe: three-decimal amounts end in 0, and ISK and UGX in 00; the rest count in ones."""
    if currency.upper() in {"ISK", "UGX"}:
        return 100
    return 10 if exponent(currency) == 3 else 1


def validate_charge(amount: int, currency: str) -> None:
    """Raises ValidationError when Stripe would refuse to charge `amount` minor units (0 is no charge, and fine)."""
    if amount < 0:
        raise ValidationError(_("The amount can’t be negative."))
    step = smallest_step(currency)
    if amount % step:
        raise ValidationError(
            _("Amounts in %(currency)s must be a multiple of %(step)s.")
            % {"currency": currency.upper(), "step": formatted(step, currency)}
        )
    least = MINIMUM_CHARGE.get(currency.upper(), 1)
    if 0 < amount < least:
        raise ValidationError(
            _("The smallest amount Stripe can charge in %(currency)s is %(least)s.")
            % {"currency": currency.upper(), "least": formatted(least, currency)}
        )
