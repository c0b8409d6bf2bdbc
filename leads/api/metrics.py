"""`/metrics`: the queues in Prometheus' text format, for whoever has the METRICS_TOKEN."""

from __future__ import annotations

from collections.abc import Iterator
from hmac import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from leads.api.credentials import bearer_of
from leads.outbox.depth import paused_endpoints, queue_depths
from leads.outbox.gate import Gate, outbound_gate

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_HELP = {
    "oldest_due_seconds": "Age of the oldest row that a worker should have taken; the one to alert on.",
    "due": "Rows that a worker could take now.",
    "open": "Rows that are due now or later, or at hand.",
    "dead": "Rows that were given up.",
}


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All of it is read from the database, so it does not matter which web process answers."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not compare_digest(bearer_of(request).encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(
            "Send the METRICS_TOKEN as a bearer token.\n",
            status=401,
            content_type="text/plain; charset=utf-8",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return HttpResponse("".join(_lines()), content_type=_TYPE, headers={"Cache-Control": "no-store"})


def _lines() -> Iterator[str]:
    depths = queue_depths()
    numbers = {
        "oldest_due_seconds": [f"{depth.oldest:.3f}" for depth in depths],
        "due": [str(depth.due) for depth in depths],
        "open": [str(depth.open) for depth in depths],
        "dead": [str(depth.dead) for depth in depths],
    }
    for name, values in numbers.items():
        yield _head(f"leadhub_queue_{name}", _HELP[name])
        for depth, value in zip(depths, values, strict=True):
            yield f'leadhub_queue_{name}{{queue="{depth.queue}"}} {value}\n'
    yield _head("leadhub_webhooks_paused", "Webhooks that wait for somebody to resume them.")
    yield f"leadhub_webhooks_paused {paused_endpoints()}\n"
    yield _head("leadhub_outbound_held", "1 while nothing leaves: OUTBOUND is not on, or this is a copy.")
    yield f"leadhub_outbound_held {int(outbound_gate() is not Gate.OPEN)}\n"


def _head(name: str, words: str) -> str:
    return f"# HELP {name} {words}\n# TYPE {name} gauge\n"
