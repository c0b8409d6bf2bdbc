"""Putting tags on a lead and taking them off; missing tags are made on the way."""

from __future__ import annotations

from leadhub.workspaces.ids import new_id
from leads.changes.draft import Draft
from leads.models import LeadTag, Tag
from leads.state import LeadState
from leads.timeline import MISSING, escape
from leads.validation.tags import TagVerdict
from leads.values import TagName


def set_tags(draft: Draft, verdict: TagVerdict) -> None:
    for name in verdict.create:
        add_tag(draft, _make(draft, name), is_new=True)
    for tag in verdict.add:
        add_tag(draft, tag)
    for tag in verdict.remove:
        remove_tag(draft, tag)
    if draft.tags_added or draft.tags_removed:
        draft.events.append("lead.tags_changed")


def add_tag(draft: Draft, tag: Tag, *, is_new: bool = False) -> None:
    if is_new:
        draft.new_tags.append(tag)
    draft.tags_added.append(tag)
    draft.tell(f"/tags/{escape(tag.normalized)}", MISSING, tag.name)


def remove_tag(draft: Draft, tag: Tag) -> None:
    draft.tags_removed.append(tag)
    draft.tell(f"/tags/{escape(tag.normalized)}", tag.name, MISSING)


def find_tag(state: LeadState, normalized: str) -> Tag | None:
    carried = (tag for tag in state.tags.values() if tag.normalized == normalized)
    rows = Tag.objects.filter(workspace=state.workspace, normalized=normalized)
    return next(carried, None) or rows.first()


def _make(draft: Draft, name: TagName) -> Tag:
    return Tag(
        id=new_id(),
        workspace=draft.state.workspace,
        name=name.name,
        normalized=name.normalized,
        created_by=draft.actor.ref,
        created_at=draft.moment,
    )


def store_tags(draft: Draft) -> None:
    """Two writers may make one name at once: the second finds the first one's tag and uses it."""
    if draft.new_tags:
        Tag.objects.bulk_create(draft.new_tags, ignore_conflicts=True)
        names = [tag.normalized for tag in draft.new_tags]
        stored = Tag.objects.filter(workspace=draft.state.workspace, normalized__in=names)
        kept = {tag.normalized: tag for tag in stored}
        draft.tags_added = [kept.get(tag.normalized, tag) for tag in draft.tags_added]
    if draft.tags_added:
        LeadTag.objects.bulk_create(
            [
                LeadTag(workspace=draft.state.workspace, lead=draft.lead, tag=tag, created_at=draft.moment)
                for tag in draft.tags_added
            ],
            ignore_conflicts=True,
        )
    if draft.tags_removed:
        removed = [tag.pk for tag in draft.tags_removed]
        LeadTag.objects.filter(workspace=draft.state.workspace, lead=draft.lead, tag__in=removed).delete()
    for tag in draft.tags_added:
        draft.state.tags[tag.pk] = tag
    for tag in draft.tags_removed:
        draft.state.tags.pop(tag.pk, None)
