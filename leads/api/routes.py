"""Which dialect answers at which path, and in whose envelope a path's refusals are put."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path

from leadhub.web.bodies import allow_larger_body
from leadhub.web.envelopes import register
from leadhub.web.uploads import LARGEST_UPLOAD
from leads.api import docs, hub, octanist, omniai, pollybot, schema
from leads.api.files import show_file
from leads.api.leadping import creation as leadping_creation
from leads.api.leadping import dispositions as leadping_dispositions
from leads.api.leadping import leads as leadping_leads
from leads.api.leadping import tags as leadping_tags
from leads.api.leadping.view import LeadpingView
from leads.api.view import envelope_of

View = Callable[..., HttpResponseBase]


def by_header(header: str, named: View, otherwise: View, *, only_named: Collection[str] = ()) -> View:
    """Two dialects share a path: the credential's header says who speaks, or a method that one alone has."""

    def view(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        is_named = header in request.headers or request.method in only_named
        return (named if is_named else otherwise)(request, *args, **kwargs)

    view.csrf_exempt = True  # type: ignore[attr-defined]
    # Whose documents describe this path.
    view.doors = (named, otherwise)  # type: ignore[attr-defined]
    return view


for prefix in ("/api/check", "/api/leads", "/api/stats"):
    register(prefix, envelope_of(octanist.OctanistView))


def _is_omniai(request: HttpRequest) -> bool:
    """Under the paths that OmniAI and PollyBot share, the header decides; the others are one's alone."""
    path = request.path_info
    if path.startswith(("/api/v1/activity", "/api/v1/documents")):
        return True
    is_its_put = path == "/api/v1/leads" and request.method == "PUT"
    return path.startswith("/api/v1/leads") and (omniai.HEADER in request.headers or is_its_put)


register(_is_omniai, envelope_of(omniai.OmniAIView))
register("/api/v1/leads", envelope_of(pollybot.PollyBotView))
register("/api/v1/chatbots", envelope_of(pollybot.PollyBotView))
for prefix in ("/leads", "/dispositions", "/tags"):
    register(prefix, envelope_of(LeadpingView))
# The native form, also for every other path under /api.
register("/api", envelope_of(hub.HubView))
allow_larger_body("/api/v1/documents", LARGEST_UPLOAD)

leads = by_header(omniai.HEADER, omniai.LeadsView.as_view(), pollybot.LeadsView.as_view(), only_named=["PUT"])
lead = by_header(omniai.HEADER, omniai.LeadView.as_view(), pollybot.LeadView.as_view())

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/docs/", docs.show_index),
    path("api/docs/errors/", docs.show_errors),
    path("api/docs/<str:dialect>/", docs.show_dialect),
    path("api/docs/<str:dialect>/schemas/", docs.show_schemas),
    path("api/schema/<str:dialect>/", schema.show_document),
    *hub.urlpatterns,
    path("api/check", octanist.CheckView.as_view()),
    path("api/leads", octanist.LeadsView.as_view()),
    path("api/leads/<str:lead_id>", octanist.LeadView.as_view()),
    path("files/<str:token>", show_file, name="file"),
    path("api/stats", octanist.StatsView.as_view()),
    path("api/v1/activity", omniai.ActivityView.as_view()),
    path("api/v1/documents", omniai.DocumentsView.as_view()),
    path("api/v1/documents/<str:document_id>", omniai.DocumentView.as_view()),
    path("api/v1/leads", leads),
    path("api/v1/leads/<str:lead_id>", lead),
    path("api/v1/leads/<str:lead_id>/action-logs", omniai.LogView.as_view()),
    path("api/v1/leads/<str:lead_id>/checklist", omniai.ChecklistView.as_view()),
    path("api/v1/leads/<str:lead_id>/checklist-items", omniai.ChecklistItemsView.as_view()),
    path("api/v1/leads/<str:lead_id>/documents", omniai.LeadDocumentsView.as_view()),
    path("api/v1/chatbots/<str:chatbot_id>/leads", pollybot.ChatbotLeadsView.as_view()),
    path("api/v1/chatbots/<str:chatbot_id>/leads/<str:lead_id>", pollybot.ChatbotLeadView.as_view()),
    path("leads", leadping_creation.LeadsView.as_view()),
    path("leads/intake", leadping_creation.IntakeView.as_view()),
    path("leads/all/my", leadping_leads.LeadTableView.as_view()),
    path("leads/<str:lead_id>", leadping_leads.LeadView.as_view()),
    path("leads/<str:lead_id>/archive", leadping_leads.ArchiveView.as_view()),
    path("leads/<str:lead_id>/tags", leadping_leads.LeadTagsView.as_view()),
    path("leads/<str:lead_id>/tags/<str:tag_id>", leadping_leads.LeadTagView.as_view()),
    path("leads/<str:lead_id>/unarchive", leadping_leads.UnarchiveView.as_view()),
    path("leads/<str:lead_id>/workflow-status", leadping_leads.WorkflowView.as_view()),
    path("dispositions", leadping_dispositions.DispositionsView.as_view()),
    path("dispositions/lead/<str:lead_id>", leadping_dispositions.HistoryView.as_view()),
    path("dispositions/lead/<str:lead_id>/export", leadping_dispositions.HistoryExportView.as_view()),
    path("dispositions/<str:disposition_id>", leadping_dispositions.DispositionView.as_view()),
    path("tags", leadping_tags.TagsView.as_view()),
    path("tags/<str:tag_id>", leadping_tags.TagView.as_view()),
]
