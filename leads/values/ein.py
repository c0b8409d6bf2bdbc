"""The tax number of a company in the United States."""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.text import require_text

_EIN: Final = re.compile(r"([0-9]{2})[- ]?([0-9]{7})")


def clean_ein(raw: object) -> str:
    """Nine digits, shown as NN-NNNNNNN."""
    found = _EIN.fullmatch(require_text(raw).strip())
    if found is None:
        raise ValidationError(_("Enter the nine digits of the EIN, such as 12-3456789."), code="invalid_ein")
    return f"{found[1]}-{found[2]}"
