"""One of a known few: words, yes or no, colours of the palette."""

from __future__ import annotations

import re
from collections.abc import Collection, Set
from difflib import get_close_matches
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS
from leads.values.text import require_text

_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}|[A-Za-z][A-Za-z0-9_-]*")
_YES: Final = frozenset(("true", "yes", "y", "1", "on"))
_NO: Final = frozenset(("false", "no", "n", "0", "off"))
_MOST_SHOWN: Final = 20


def clean_choice(raw: object, choices: Collection[str]) -> str:
    """Exactly one of the words; refused with the nearest known one and all of them in the error's params."""
    word = require_text(raw)
    if word in choices:
        return word
    nearest = nearest_of(word, choices)
    ordered = tuple(sorted(choices) if isinstance(choices, Set) else choices)
    known = ", ".join(ordered[:_MOST_SHOWN]) + (", ..." if len(ordered) > _MOST_SHOWN else "")
    raise ValidationError(
        _("Use one of %(known)s; the nearest is %(nearest)s.") if nearest else _("Use one of %(known)s."),
        code="invalid_choice",
        params={"known": known, "nearest": nearest, "choices": ordered},
    )


def nearest_of(word: str, choices: Collection[str]) -> str:
    """The known word that was probably meant; "" when none is near."""
    by_fold = {choice.casefold(): choice for choice in choices}
    # A long text is no misspelt word, and comparing it would take long.
    found = get_close_matches(word.strip().casefold()[: LIMITS.name], by_fold, n=1)
    return by_fold[found[0]] if found else ""


def hint_of(word: object, choices: Collection[str]) -> str:
    """A sentence behind the refusal of an unknown word: the nearest known one, or else what there is."""
    nearest = nearest_of(word, choices) if isinstance(word, str) else ""
    if nearest:
        return gettext("The nearest is “%s”.") % nearest
    known = ", ".join(list(choices)[:_MOST_SHOWN]) + (", ..." if len(choices) > _MOST_SHOWN else "")
    return gettext("Choose one of %s.") % known if known else ""


def clean_boolean(raw: object, *, words: bool = False) -> bool:
    """True or False; with `words`, also what spreadsheets and forms write for them."""
    if isinstance(raw, bool):
        return raw
    if words and isinstance(raw, str):
        word = raw.strip().casefold()
        if word in _YES or word in _NO:
            return word in _YES
        raise ValidationError(_("Write yes or no."), code="invalid_choice")
    raise ValidationError(_("Send true or false."), code="invalid_type")


def clean_colour(raw: object) -> str:
    """A colour as #RRGGBB, or the name of one in a palette; kept as given."""
    colour = require_text(raw).strip()
    if len(colour) > LIMITS.colour or not _COLOUR.fullmatch(colour):
        raise ValidationError(_("Give a colour as #RRGGBB or as one short word."), code="invalid_colour")
    return colour
