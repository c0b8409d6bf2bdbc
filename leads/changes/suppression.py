"""Numbers and addresses that must not be used, or must not come back: known by keyed hashes alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from leadhub.web.sealing import keyed_hash, keyed_hashes
from leadhub.workspaces.models import Workspace
from leads.models import Channel, ContactPoint, Lead, Suppression

# Why something is on the list: the person was erased; opted out before that; is on a list that was brought.
ERASED, OPTED_OUT, LISTED = "erased", "opted_out", "do_not_contact"
# What keeps messages and calls from a number or address.
SILENCING: Final = (OPTED_OUT, LISTED)
PHONE, EMAIL, EXTERNAL_ID = str(ContactPoint.Kind.PHONE), str(ContactPoint.Kind.EMAIL), "external_id"

# Making so many hashes takes longer than to ask first whether there is any to compare them with.
_WORTH_ASKING: Final = 50

# Kind and key: how a person is reached, or known elsewhere.
Key = tuple[str, str]


def keys_of(lead: Lead, points: Iterable[ContactPoint] = ()) -> set[Key]:
    """How a person is reached: the lead's own number and address, and those of its contact points."""
    keys = {(PHONE, lead.phone_key), (EMAIL, lead.email_key)}
    keys |= {(str(point.kind), point.key) for point in points}
    return {key for key in keys if key[1]}


def suppress(workspace: Workspace, keys: Iterable[Key], reason: str, channel: str = Channel.ALL) -> None:
    rows = [
        Suppression(
            workspace=workspace, key_hash=keyed_hash(_text(workspace, key)), reason=reason, channel=channel
        )
        for key in sorted(set(keys))
    ]
    Suppression.objects.bulk_create(rows, ignore_conflicts=True)


def lift(workspace: Workspace, keys: Iterable[Key], channel: str) -> None:
    """An opt-in ends what kept a channel from these numbers and addresses."""
    hashes = [one for key in keys for one in hashes_of(workspace, key)]
    listed = Suppression.objects.filter(workspace=workspace, key_hash__in=hashes, channel=channel)
    listed.filter(reason__in=SILENCING).delete()


def suppressed(
    workspace: Workspace, keys: Iterable[Key], reasons: Iterable[str] = (ERASED,)
) -> Mapping[Key, set[str]]:
    """Those of the keys that are on the list, each with its channels; two statements for each thousand."""
    wanted = list(dict.fromkeys(keys))
    listed = Suppression.objects.filter(workspace=workspace, reason__in=list(reasons))
    if len(wanted) > _WORTH_ASKING and not listed.exists():
        return {}
    found: dict[Key, set[str]] = {}
    for start in range(0, len(wanted), 500):
        hashes = {one: key for key in wanted[start : start + 500] for one in hashes_of(workspace, key)}
        rows = listed.filter(key_hash__in=hashes)
        for key_hash, channel in rows.values_list("key_hash", "channel"):
            found.setdefault(hashes[key_hash], set()).add(channel)
    return found


def hashes_of(workspace: Workspace, key: Key) -> list[str]:
    """By every key that is in use, so that a rotation forgets nobody."""
    return keyed_hashes(_text(workspace, key))


def _text(workspace: Workspace, key: Key) -> str:
    """With the workspace in it, so that one person's hash in two workspaces says nothing."""
    return f"{workspace.pk} {key[0]} {key[1]}"
