"""Two leads side by side: what each holds, path by path, and whose value a merge takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from checklists.models import Item
from leads.changes.answering import find_item
from leads.changes.merged import is_blank, side_picked
from leads.changes.obstacles import is_member
from leads.changes.paths import FOLLOWS, OBJECTS, current, fields_of, is_object_path, parts_of
from leads.state import LeadState
from leads.timeline import MISSING, diff_objects, escape, is_tree, same
from leads.validation.problems import Problems
from leads.values import search_key

WINNER: Final = "winner"
LOSER: Final = "loser"
BOTH: Final = "both"

# A value that can be picked, with what comes along with it.
_PICKABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "first_name": (),
    "middle_name": (),
    "last_name": (),
    "business_name": (),
    "email": ("email_verified_at",),
    "phone": ("phone_type", "phone_verified_at"),
    "time_zone": (),
    "source": (),
    "external_id": (),
    "portal_link": (),
    "website": (),
    "landing_path": (),
    "captured_at": (),
    "custom": (),
    "assignee": ("assignee_type", "assigned_at"),
    "disposition": ("/disposition/change", "loss_reason"),
    "value": ("currency",),
    "activity_summary": (),
    "note": (),
    "enabled": (),
    "/override/enabled": ("/override/reason", "override_by", "override_at"),
    "trusted_form_url": (),
    "compliance_status": (),
    "compliance_blocked_reason": (),
    "assigned_phone_number_id": (),
}
# Two spellings of one address are one address.
_KEYS: Final = {"email": "email_key", "phone": "phone_key"}
# What comes along without being shown.
_UNSHOWN: Final = frozenset({"/disposition/change", "assigned_at", "override_by", "override_at"})
# Everything of one kind, for a single pick.
_WHOLES: Final = frozenset({f"/{head}" for head in OBJECTS} | {"/address", "/profile", "/answers"})
_PLACE: Final = fields_of("address") - {"latitude", "longitude", "additional_info"}


@dataclass(frozen=True, slots=True)
class MergeRow:
    """What both hold at a path where they differ, whose is taken, and whether that can be picked."""

    path: str
    winner: object
    loser: object
    taken: str
    pickable: bool = True


class Comparison:
    """`wanted` is what the winner is to hold once the picks and the rules have spoken."""

    def __init__(self, winner: LeadState, loser: LeadState, picks: Mapping[str, str]) -> None:
        self.winner, self.loser, self.picks = winner, loser, picks
        self.rows: list[MergeRow] = []
        self.wanted: dict[str, object] = {}
        for path, followers in _PICKABLE.items():
            self._compare_column(path, followers)
        self._compare_sections()
        for column in sorted(OBJECTS):
            for path, pair in self._differences(column).items():
                # An object with nothing in it has nothing to say against one that has.
                self._compare(path, pair, default=LOSER if pair[0] == {} and is_tree(pair[1]) else "")
        for path in _answered(winner, loser):
            self._compare_answer(path)

    def _differences(self, column: str) -> dict[str, tuple[object, object]]:
        return diff_objects(getattr(self.winner.lead, column), getattr(self.loser.lead, column), f"/{column}")

    def sides(self, path: str) -> tuple[object, object]:
        return current(self.winner, path), current(self.loser, path)

    def _compare_column(self, path: str, followers: Iterable[str]) -> None:
        ours, theirs = self.sides(path)
        if path == "assignee" and is_blank(ours) and not is_member(self.winner, theirs):
            taken = self._compare(path, (ours, theirs), default=WINNER)
        else:
            taken = self._compare(path, (ours, theirs))
        for follower in followers:
            pair = self.sides(follower)
            default = taken
            if self._is_one(path, ours, theirs):
                # The same address: what only one of the two knows of it holds for both.
                default = LOSER if is_blank(pair[0]) and not is_blank(pair[1]) else WINNER
            self._settle(follower, pair, default, pickable=False)

    def _is_one(self, path: str, ours: object, theirs: object) -> bool:
        key = _KEYS.get(path)
        if key is None:
            return same(ours, theirs)
        mine: str = getattr(self.winner.lead, key)
        return mine == getattr(self.loser.lead, key) and bool(mine or same(ours, theirs))

    def _compare_sections(self) -> None:
        """Two addresses are not mixed: one is filled up only where it is the other one as well."""
        places = [self.sides(f"/address/{name}") for name in sorted(_PLACE)]
        differ = any(not is_blank(a) and not is_blank(b) and _fold(a) != _fold(b) for a, b in places)
        for section in ("address", "profile"):
            default = WINNER if differ and section == "address" else ""
            for name in sorted(fields_of(section)):
                path = f"/{section}/{name}"
                self._compare(path, self.sides(path), default=default)

    def _compare_answer(self, path: str) -> None:
        ours, theirs = self.sides(path)
        blank = is_blank(ours)
        only_differs = _has_override(theirs) and not _has_override(ours)
        default = LOSER if blank and (not is_blank(theirs) or only_differs) else WINNER
        self._compare(path, (ours, theirs), default=default)

    def _compare(self, path: str, pair: tuple[object, object], default: str = "") -> str:
        if not default:
            default = LOSER if is_blank(pair[0]) and not is_blank(pair[1]) else WINNER
        return self._settle(path, pair, side_picked(self.picks, path) or default)

    def _settle(self, path: str, pair: tuple[object, object], taken: str, *, pickable: bool = True) -> str:
        ours, theirs = pair
        if same(ours, theirs):
            return taken
        if taken == LOSER:
            self.wanted[path] = theirs
        # Two spellings of one address are no difference; only the one that is picked is told.
        is_told = taken == LOSER or path not in _KEYS or not self._is_one(path, ours, theirs)
        if path not in _UNSHOWN and is_told:
            self.rows.append(MergeRow(path, ours, theirs, taken, pickable))
        return taken


def _fold(value: object) -> str:
    return search_key(str(value))


def _has_override(answer: object) -> bool:
    return isinstance(answer, Mapping) and bool(answer.get("override"))


def _answered(*states: LeadState) -> list[str]:
    """The paths of the answers that any of them has."""
    found = {item_id for state in states for item_id in state.answers}
    rows = Item.objects.filter(pk__in=found) if found else Item.objects.none()
    # An item of one lead alone that was archived stays where it is, with its answer.
    return sorted({f"/answers/{escape(row.code)}" for row in rows if not (row.only_for and row.archived_at)})


def judge_picks(comparison: Comparison) -> None:
    """Every pick names one of the two sides of something that can be picked."""
    problems = Problems()
    for path, side in comparison.picks.items():
        if side not in {WINNER, LOSER}:
            words = _("Take the value of the winner or of the loser.")
            problems.add(path, "invalid_choice", words, side, [WINNER, LOSER])
        elif path.startswith(("/consent", "sms_")):
            words = _("The stricter consent of the two holds; it cannot be picked away.")
            problems.add(path, "strictest_consent", words, side)
        elif path.startswith(("/tags", "/contact_points")):
            problems.add(
                path, "both_kept", _("Those of both leads are kept; there is nothing to pick."), side
            )
        elif path in FOLLOWS:
            words = _("This comes along with “%s”; pick that.") % FOLLOWS[path]
            problems.add(path, "goes_with", words, side, FOLLOWS[path])
        elif not _is_pickable(comparison, path):
            problems.add(path, "unknown_field", _("A merge knows no such field."), side)
    problems.settle()


def _is_pickable(comparison: Comparison, path: str) -> bool:
    if path in _PICKABLE or path in _WHOLES:
        return True
    head, rest = parts_of(path)
    if head == "answers" and rest:
        return find_item(comparison.winner, rest[0]) is not None
    if head in {"address", "profile"} and rest:
        return rest[0] in fields_of(head)
    # A part of what is taken or left as a whole would be passed over without a word.
    within = any(path.startswith(f"{row.path}/") for row in comparison.rows)
    return (
        is_object_path(path) and not within and any(value is not MISSING for value in comparison.sides(path))
    )
