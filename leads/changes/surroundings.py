"""What stands around a change: what is open for the lead, and who else has its number or address.

One statement, because an opt-out, or a new number, asks for all of it within the budget of a write.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Protocol
from uuid import UUID

from django.db import connection

from leadhub.workspaces.models import Workspace
from leads.changes.suppression import EMAIL, PHONE, SILENCING, Key, hashes_of
from leads.models import Action, Channel, ContactPoint, Lead, Suppression
from leads.queries.log import family_of

_COLUMNS: Final = ("opted_out_at", "call_opted_out_at", "email_opted_out_at", "sms_opted_out_at")
_CHANNELS: Final = (Channel.ALL, Channel.CALL, Channel.EMAIL, Channel.SMS)

_AROUND: Final = """
SELECT 'action', id, 0, 0, 0, 0, '' FROM :actions
WHERE workspace_id = %s AND lead_id IN (:family) AND status IN ('PENDING', 'AWAITING_APPROVAL')
UNION ALL
SELECT 'lead', id, :flags, '' FROM :leads
WHERE id IN (
    SELECT id FROM :leads WHERE workspace_id = %s AND phone_key IN (:phones)
    UNION SELECT id FROM :leads WHERE workspace_id = %s AND email_key IN (:emails)
    UNION SELECT lead_id FROM :points WHERE workspace_id = %s AND key IN (:keys)
    :further
)
AND id <> %s AND NOT is_test AND deleted_at IS NULL AND merged_into_id IS NULL
UNION ALL
SELECT 'listed', id, 0, 0, 0, 0, channel FROM :listed
WHERE workspace_id = %s AND reason IN (:reasons) AND key_hash IN (:hashes)
"""
_FURTHER: Final = """
    UNION SELECT id FROM :leads WHERE workspace_id = %s AND phone_key IN (
        SELECT key FROM :points WHERE workspace_id = %s AND lead_id = %s AND kind = 'phone')
    UNION SELECT id FROM :leads WHERE workspace_id = %s AND email_key IN (
        SELECT key FROM :points WHERE workspace_id = %s AND lead_id = %s AND kind = 'email')
    UNION SELECT lead_id FROM :points WHERE workspace_id = %s AND key IN (
        SELECT key FROM :points WHERE workspace_id = %s AND lead_id = %s)
"""


@dataclass(slots=True)
class Surroundings:
    """`actions`: how many are open. `others`: the leads that share a number or address, first or further,
    each with the channels it is opted out of. `listed`: the channels that the list keeps from these."""

    actions: int = 0
    others: dict[UUID, frozenset[Channel]] = field(default_factory=dict)
    listed: set[Channel] = field(default_factory=set)

    @property
    def standing(self) -> set[Channel]:
        """What holds for whoever has one of these numbers or addresses."""
        return self.listed.union(*self.others.values())


class Look(Protocol):
    def __call__(
        self, workspace: Workspace, lead: Lead, keys: Iterable[Key], *, further: bool = False
    ) -> Surroundings: ...


def look_around(
    workspace: Workspace, lead: Lead, keys: Iterable[Key], *, further: bool = False
) -> Surroundings:
    """Around these keys; with `further`, around those of the lead's stored contact points too."""
    given = sorted(keys)
    phones = [key for kind, key in given if kind == PHONE]
    emails = [key for kind, key in given if kind == EMAIL]
    hashes = [one for key in given for one in hashes_of(workspace, key)]
    family = family_of(lead)
    here, me = _parameter(workspace.pk), _parameter(lead.pk)
    values: list[Any] = [here, *map(_parameter, family), here, *phones, here, *emails, here, *phones, *emails]
    values += [here, here, me] * 3 if further else []
    values += [me, here, *SILENCING, *hashes]
    found = Surroundings()
    with connection.cursor() as cursor:
        cursor.execute(_sql(len(family), len(phones), len(emails), len(hashes), further=further), values)
        for what, key, *flags, channel in cursor.fetchall():
            if what == "action":
                found.actions += 1
            elif what == "lead":
                out = (channel for channel, flag in zip(_CHANNELS, flags, strict=True) if flag)
                found.others[key if isinstance(key, UUID) else UUID(key)] = frozenset(out)
            else:
                found.listed.add(Channel(channel))
    return found


@cache
def _sql(family: int, phones: int, emails: int, hashes: int, *, further: bool) -> str:
    """Table and column names only; no value ever gets into this text."""
    places = {
        "family": family,
        "phones": phones,
        "emails": emails,
        "keys": phones + emails,
        "hashes": hashes,
        "reasons": len(SILENCING),
    }
    words = {name: ", ".join(["%s"] * count) or "NULL" for name, count in places.items()}
    words["flags"] = ", ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in _COLUMNS)
    tables = {"actions": Action, "leads": Lead, "points": ContactPoint, "listed": Suppression}
    words |= {name: model._meta.db_table for name, model in tables.items()}
    sql = _AROUND.replace(":further", _FURTHER if further else "")
    for name, text in words.items():
        sql = sql.replace(f":{name}", text)
    return sql


def _parameter(key: UUID) -> object:
    return key if connection.features.has_native_uuid_field else key.hex
