"""Which dialect answers at which path, and in whose envelope a path's refusals are put."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path

from leadhub.web.envelopes import register
from leads.api import octanist, pollybot, schema
from leads.api.view import envelope_of

View = Callable[..., HttpResponseBase]


def by_header(header: str, named: View, otherwise: View) -> View:
    """Two dialects share a path: the credential's header says who is speaking."""

    def view(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return (named if header in request.headers else otherwise)(request, *args, **kwargs)

    view.csrf_exempt = True  # type: ignore[attr-defined]
    # Whose documents describe this path.
    view.doors = (named, otherwise)  # type: ignore[attr-defined]
    return view


for prefix in ("/api/check", "/api/leads", "/api/stats"):
    register(prefix, envelope_of(octanist.OctanistView))
register("/api/v1", envelope_of(pollybot.PollyBotView))

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/schema/<str:dialect>/", schema.show_document),
    path("api/check", octanist.CheckView.as_view()),
    path("api/leads", octanist.LeadsView.as_view()),
    path("api/leads/<str:lead_id>", octanist.LeadView.as_view()),
    path("api/stats", octanist.StatsView.as_view()),
    path("api/v1/leads", pollybot.LeadsView.as_view()),
    path("api/v1/leads/<str:lead_id>", pollybot.LeadView.as_view()),
    path("api/v1/chatbots/<str:chatbot_id>/leads", pollybot.ChatbotLeadsView.as_view()),
    path("api/v1/chatbots/<str:chatbot_id>/leads/<str:lead_id>", pollybot.ChatbotLeadView.as_view()),
]
