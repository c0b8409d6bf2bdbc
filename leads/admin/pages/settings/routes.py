"""The addresses of the settings; all of them for owners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import Role
from leads.admin.pages.settings import (
    audit,
    general,
    keys,
    members,
    requests,
    tag_merge,
    templates,
    webhooks,
    words,
)
from leads.admin.route import Route


def _owners(address: str, view: Callable[..., HttpResponse], name: str, title: str | Promise = "") -> Route:
    return Route(f"settings/{address}", view, name, Role.OWNER, title)


def _of_words(kind: words.Kind, one: str) -> list[Route]:
    form = words.form_of(kind)
    order = words.ORDERS.get(one)
    return [
        *([_owners(f"{kind.place}/order/", order, f"{one}_order")] if order else []),
        _owners(f"{kind.place}/", words.list_of(kind, kind.place), kind.place, words.PLURALS[kind.place]),
        _owners(f"{kind.place}/new/", form, f"{one}_new", kind.one),
        _owners(f"{kind.place}/<uuid:row_id>/", form, one),
    ]


ROUTES: Final = [
    _owners("", general.show, "settings", _("Settings of the workspace")),
    _owners("members/", members.show, "members", _("Members")),
    _owners("members/<uuid:user_id>/link/", members.invited, "member_invited"),
    _owners("members/<uuid:user_id>/role/", members.change_role, "member_role"),
    _owners("members/<uuid:user_id>/leave/", members.remove, "member_leave"),
    _owners("keys/", keys.show, "keys", _("API keys")),
    _owners("keys/new/", keys.add, "key_new", _("New API key")),
    _owners("keys/<slug:public_id>/", keys.look, "key"),
    _owners("keys/<slug:public_id>/rotate/", keys.rotate, "key_rotate"),
    _owners("keys/<slug:public_id>/revoke/", keys.revoke, "key_revoke"),
    *_of_words(words.DISPOSITIONS, "disposition"),
    *_of_words(words.OUTCOMES, "outcome"),
    _owners("outcomes/ladder/", words.save_ladder, "ladder"),
    *_of_words(words.TAGS, "tag"),
    _owners("tags/<uuid:row_id>/merge/", tag_merge.ask, "tag_merge"),
    _owners("templates/", templates.show, "templates", words.PLURALS["templates"]),
    _owners("templates/new/", templates.form, "template_new", templates.KIND.one),
    _owners("templates/<uuid:row_id>/", templates.form, "template"),
    _owners("webhooks/", webhooks.show, "webhooks", _("Webhooks")),
    _owners("webhooks/new/", webhooks.add, "webhook_new", _("New webhook")),
    _owners("webhooks/<uuid:endpoint_id>/", webhooks.look, "webhook"),
    _owners("webhooks/<uuid:endpoint_id>/change/", webhooks.edit, "webhook_edit"),
    _owners("webhooks/<uuid:endpoint_id>/<slug:step>/", webhooks.take, "webhook_step"),
    _owners("deliveries/<uuid:delivery_id>/", webhooks.delivery, "delivery"),
    _owners("requests/", requests.show, "requests", _("Request log")),
    _owners("requests/<uuid:record_id>/", requests.look, "request"),
    _owners("audit/", audit.show, "audit", _("Audit")),
]
