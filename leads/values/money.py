"""Amounts and currencies. Never a guess what a comma means: a thousandfold error is worse than a no."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS
from leads.values.number import exact_number
from leads.values.text import require_text

_AMOUNT_TEXT: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_CENT: Final = Decimal(1).scaleb(-LIMITS.money_places)
_TOO_MUCH: Final = Decimal(1).scaleb(LIMITS.money_digits)

# ISO 4217, the codes in use, without the funds and the precious metals.
CURRENCIES: Final = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
    CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
    LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
    PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)


def clean_money(raw: object) -> Decimal:
    """Zero or more, to the cent (half a cent goes up), from a number or plain numeric text."""
    amount = exact_number(raw, _AMOUNT_TEXT)
    if amount < 0:
        raise ValidationError(_("Send an amount of zero or more."), code="negative")
    # Before rounding, too, because an absurd exponent cannot be rounded at all.
    if amount < _TOO_MUCH:
        amount = amount.quantize(_CENT, ROUND_HALF_UP)
    if amount >= _TOO_MUCH:
        raise ValidationError(
            _("Send an amount of at most %(digits)d digits before the point."),
            code="too_large",
            params={"digits": LIMITS.money_digits},
        )
    return abs(amount)


def clean_currency(raw: object) -> str:
    """The ISO 4217 code in capitals."""
    code = require_text(raw).strip().upper()
    if code not in CURRENCIES:
        raise ValidationError(
            _("Use the three letters of a currency, such as EUR or USD."), code="invalid_choice"
        )
    return code
