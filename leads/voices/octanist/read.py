"""Octanist's bodies: the identifier that decides, the values of a PATCH, a new lead."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads import values
from leads.change import ByEmail, ById, ByPhone, DispositionWish, LeadChange, Outcome
from leads.errors import Malformed, Problem
from leads.state import LeadState
from leads.validation.problems import Problems
from leads.values import LIMITS
from leads.voices.octanist.show import show_lead
from leads.voices.octanist.words import (
    CLICK_IDS,
    CONSENT_WORDS,
    CONSENTS,
    NEWER_CLICK_IDS,
    STAGE_OF,
    UTM,
)
from leads.voices.shape import ABSENT, Null, Part, Sent, Shape, same


def _part(name: str, to: str = "", *, means: str = "", type: str = "string", **schema: Any) -> Part:
    """Form tools send null and blanks for what they have nothing for, so both say nothing."""
    return Part(name, to, type=type, null=Null.LEAVE, blank=Null.LEAVE, means=means, schema=schema)


_STATUS: Final[Mapping[str, Any]] = {"enum": list(STAGE_OF)}
_AMOUNT: Final = [{"type": "number"}, {"type": "string"}, {"type": "null"}]
UPDATE: Final = Shape(
    "OctanistLeadUpdate",
    (
        _part("id", examples=["lead_019cc5b2a5d07a4f8d2f6c1b3e5a7c90"]),
        _part("email", examples=["ana@example.org"]),
        _part("phone", examples=["+31201234567"]),
        _part("status", means="disposition", **_STATUS, examples=["won"]),
        _part("changedTo", **_STATUS),
        _part("value", "value", type="any", oneOf=_AMOUNT, examples=[1250.5, "1250.50"]),
        _part("note", means="note", maxLength=LIMITS.note, examples=["Asked for a visit in May."]),
        _part("lossReason", "loss_reason", maxLength=LIMITS.note, examples=["budget"]),
    ),
    "At least one of id, email and phone; the first of them that is sent decides alone.",
)
CREATE: Final = Shape(
    "OctanistLeadCreate",
    (
        _part("name", "name", maxLength=LIMITS.name, examples=["Ana Ruiz"]),
        _part("email", "email", format="email", maxLength=LIMITS.email, examples=["ana@example.org"]),
        _part("phone", "phone", maxLength=LIMITS.phone, examples=["+31201234567"]),
        _part("custom", means="custom", type="any", examples=[{"plan": "pro"}, "any text"]),
        _part("note", means="note", maxLength=LIMITS.note),
        _part("website", "website", maxLength=LIMITS.url),
        _part("path", "landing_path", maxLength=LIMITS.url),
        *(_part(name, means=f"click_ids.{name}") for name in (*CLICK_IDS, *NEWER_CLICK_IDS)),
        *(_part(name, f"metadata.{name}") for name in UTM),
        *(
            _part(
                name,
                means=f"ad_consents.{name}",
                type="any",
                oneOf=[{"type": "boolean"}, {"enum": [*CONSENT_WORDS, None]}],
            )
            for name in CONSENTS
        ),
    ),
    "At least one of name, email, phone and custom.",
)


def is_sent(body: Mapping[str, object], name: str) -> bool:
    raw = body.get(name)
    return raw is not None and not (isinstance(raw, str) and not raw.strip())


_IDENTIFIERS: Final[Mapping[str, Callable[[str], ById | ByEmail | ByPhone]]] = {
    "id": ById,
    "email": ByEmail,
    "phone": ByPhone,
}


def read_where(body: Mapping[str, object]) -> ById | ByEmail | ByPhone:
    """The first identifier that was sent decides alone; the others are not even looked at."""
    for name, by in _IDENTIFIERS.items():
        if is_sent(body, name):
            raw = body[name]
            if not isinstance(raw, str):
                raise Malformed([Problem(name, "invalid_type", _("Send a text here."), raw)])
            return by(raw.strip())
    message = _("Send an id, an email or a phone, to say which lead is meant.")
    raise Malformed([Problem("id", "required", message)])


def read_update(body: Mapping[str, object], state: LeadState | None = None) -> LeadChange:
    """Without a lead: the values alone, for the order in which they are judged before it is looked up."""
    shown = show_lead(state.lead, state.catalogue) if state else {}
    sent = UPDATE.read(body, shown)
    name, word = _named_status(body)
    wish, status = None, shown.get("status")
    if word is not None and not (name == "status" and word == status):
        wish, status = _wish(word, sent), word
    if status is not None and status != "lost":
        sent.fields.pop("loss_reason", None)
    return LeadChange(
        fields=sent.fields,
        disposition=wish,
        note=sent.own.get("note"),
        problems=tuple(sent.problems),
    )


def _named_status(body: Mapping[str, object]) -> tuple[str, object]:
    """The status wins over its older name, which is then not judged either."""
    for name in ("status", "changedTo"):
        if is_sent(body, name):
            return name, body[name]
    return "", None


def _wish(word: object, sent: Sent) -> DispositionWish | None:
    if isinstance(word, str) and word in STAGE_OF:
        return DispositionWish(stage=STAGE_OF[word])
    code = "invalid_choice" if isinstance(word, str) else "invalid_type"
    message = _("Status must be one of: %s.") % ", ".join(STAGE_OF)
    sent.problems.append(Problem("disposition", code, message, word, list(STAGE_OF)))
    return None


def read_create(body: Mapping[str, object]) -> LeadChange:
    if not any(is_sent(body, name) for name in ("name", "email", "phone", "custom")):
        message = _("Send at least one of name, email, phone and custom.")
        raise Malformed([Problem("name", "required", message)])
    sent = CREATE.read(body)
    problems = Problems(sent.problems)
    if "custom" in sent.own:
        sent.fields["custom"] = _as_text(sent.own["custom"])
    if consents := _section(sent, "ad_consents", CONSENTS, _consent, problems):
        sent.fields["ad_consents"] = consents
    if click_ids := _section(sent, "click_ids", (*CLICK_IDS, *NEWER_CLICK_IDS), _click_id, problems):
        sent.fields["click_ids"] = click_ids
    return LeadChange(
        fields={"source": "api", **sent.fields},
        metadata=sent.metadata or None,
        typed_metadata=True,
        note=sent.own.get("note"),
        problems=tuple(problems.found),
    )


def _as_text(custom: object) -> str:
    """A text stays as it is, to the letter; anything else is kept as the JSON it came as."""
    if isinstance(custom, str):
        return custom
    return json.dumps(custom, ensure_ascii=False, separators=(",", ":"))


def _section(
    sent: Sent, section: str, names: tuple[str, ...], rule: Callable[[object], object], problems: Problems
) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in names:
        if name in sent.own:
            raw = sent.own[name]
            found[name] = problems.attempt(f"{section}.{name}", raw, partial(rule, raw))
    return found


def _consent(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw in CONSENT_WORDS:
        return CONSENT_WORDS[raw]
    code = "invalid_choice" if isinstance(raw, str) else "invalid_type"
    raise ValidationError(_("Send true or “granted”, false or “denied”."), code=code)


def _click_id(raw: object) -> str:
    return values.clean_line(raw, LIMITS.url)


def ignored_on_create(body: Mapping[str, object]) -> list[str]:
    known = {part.name for part in CREATE.parts}
    return [name for name in body if name not in known]


def ignored_on_update(body: Mapping[str, object], outcome: Outcome) -> list[str]:
    """What a PATCH carried in vain: unknown keys, identifiers that did not decide, reasons without a loss.

    A lead sent back as it was read says nothing new, so nothing of it was ignored.
    """
    shown = show_lead(outcome.lead, outcome.state.catalogue)
    known = {part.name for part in UPDATE.parts}
    in_vain = set([name for name in _IDENTIFIERS if is_sent(body, name)][1:])
    if is_sent(body, "status"):
        in_vain.add("changedTo")
    if shown["status"] != "lost":
        in_vain.add("lossReason")
    ignored = [name for name in body if name not in known or (name in in_vain and is_sent(body, name))]
    return [name for name in ignored if not same(body[name], shown.get(name, ABSENT))]
