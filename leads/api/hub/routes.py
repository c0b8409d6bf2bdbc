"""The native API's part of the map."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from leads.api.hub import (
    checklists,
    dispositions,
    keys,
    leads,
    merging,
    parts,
    reference,
    requests,
    tags,
    timeline,
    webhooks,
    why,
)

_LEAD = "api/hub/leads/<str:lead_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/hub/leads", leads.LeadsView.as_view()),
    path(_LEAD, leads.LeadView.as_view()),
    path(f"{_LEAD}/archive", leads.ArchiveView.as_view()),
    path(f"{_LEAD}/restore", leads.RestoreView.as_view()),
    path(f"{_LEAD}/tags", parts.TagsView.as_view()),
    path(f"{_LEAD}/tags/<str:tag>", parts.TagView.as_view()),
    path(f"{_LEAD}/dispositions", parts.DispositionsView.as_view()),
    path(f"{_LEAD}/checklist", parts.ChecklistView.as_view()),
    path(f"{_LEAD}/answers", parts.AnswersView.as_view()),
    path(f"{_LEAD}/items", parts.ItemsView.as_view()),
    path(f"{_LEAD}/items/<str:item_id>", parts.ItemView.as_view()),
    path(f"{_LEAD}/notes", parts.NotesView.as_view()),
    path(f"{_LEAD}/calls", parts.CallsView.as_view()),
    path(f"{_LEAD}/timeline", timeline.TimelineView.as_view()),
    path(f"{_LEAD}/timeline/<str:entry_id>/undo", merging.UndoView.as_view()),
    path(f"{_LEAD}/merge", merging.MergeView.as_view()),
    path(f"{_LEAD}/merge/<str:other_id>", merging.PreviewView.as_view()),
    path(f"{_LEAD}/matches", timeline.MatchesView.as_view()),
    path(f"{_LEAD}/why", why.WhyView.as_view()),
    path("api/hub/checklist", checklists.ChecklistView.as_view()),
    path("api/hub/checklist/items/<str:code>", checklists.ChecklistItemView.as_view()),
    path("api/hub/tags", tags.TagsView.as_view()),
    path("api/hub/tags/<str:tag>", tags.TagView.as_view()),
    path("api/hub/dispositions", dispositions.DispositionsView.as_view()),
    path("api/hub/dispositions/<str:outcome>", dispositions.DispositionView.as_view()),
    path("api/hub/call-outcomes", dispositions.CallOutcomesView.as_view()),
    path("api/hub/call-outcomes/<str:outcome>", dispositions.CallOutcomeView.as_view()),
    path("api/hub/keys", keys.KeysView.as_view()),
    path("api/hub/keys/<str:key_id>", keys.KeyView.as_view()),
    path("api/hub/members", keys.MembersView.as_view()),
    path("api/hub/webhooks", webhooks.WebhooksView.as_view()),
    path("api/hub/webhooks/<str:webhook_id>", webhooks.WebhookView.as_view()),
    path("api/hub/webhooks/<str:webhook_id>/secret", webhooks.WebhookSecretView.as_view()),
    path("api/hub/events", webhooks.EventsView.as_view()),
    path("api/hub/key", reference.KeyView.as_view()),
    path("api/hub/reference", reference.ReferenceView.as_view()),
    path("api/hub/requests/<str:request_id>", requests.RequestView.as_view()),
]
