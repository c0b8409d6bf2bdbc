"""What belongs to a person, whatever the workspace: name, zone, formats, colours, password."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadhub.workspaces.models import User
from leadhub.workspaces.models.user import Theme
from leads.changes.catalogue import check_row
from leads.validation.problems import Problems
from leads.values import clean_boolean, clean_choice, clean_line, clean_text, clean_time_zone

# Django's own notation; the first one is that of the language.
DATE_FORMATS: Final = ("", "M j, Y, g:i a", "Y-m-d H:i", "d/m/Y H:i", "m/d/Y g:i a", "d.m.Y, H:i")
NUMBER_FORMATS: Final = ("", "1.234,5", "1 234,5", "1234.5")
_LONGEST_SIGNATURE: Final = 2000


def save_person(user: User, values: Mapping[str, object]) -> bool:
    """One's own settings. They belong to no workspace, so no workspace keeps a book of them."""
    problems = Problems()
    columns = {
        name: problems.attempt(name, raw, partial(_RULES[name], raw))
        for name, raw in values.items()
        if name in _RULES
    }
    problems.settle()
    changed = [name for name, value in columns.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, columns[name])
    if changed:
        check_row(user)
        user.save(update_fields=changed)
    return bool(changed)


def change_password(user: User, old: str, new: str, again: str) -> User:
    problems = Problems()
    if not user.check_password(old):
        problems.add("old", "invalid_password", _("This is not your password; try again."))
    problems.attempt("new", None, lambda: validate_password(new, user))
    if new != again:
        problems.add("again", "different", _("The two differ; type the new one twice."))
    problems.settle()
    user.set_password(new)
    user.save(update_fields=["password"])
    return user


def _zone(raw: object) -> str:
    """None chosen: that of the workspace."""
    return clean_time_zone(raw) if raw else ""


def _one_of(words: tuple[str, ...]) -> Callable[[object], str]:
    def clean(raw: object) -> str:
        if raw not in words:
            raise ValidationError(_("Choose one of these."), code="invalid_choice")
        return str(raw)

    return clean


_RULES: Final[Mapping[str, Callable[[Any], object]]] = {
    "full_name": lambda raw: clean_line(raw, 200),
    "time_zone": _zone,
    "date_format": _one_of(DATE_FORMATS),
    "number_format": _one_of(NUMBER_FORMATS),
    "signature": lambda raw: clean_text(raw, _LONGEST_SIGNATURE, multiline=True),
    "shortcuts": clean_boolean,
    "theme": lambda raw: clean_choice(raw, Theme.values),
}
