"""A small site for the tests of leadhub.web: doors for machines, pages for people, and things that break."""

from uuid import UUID

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from leadhub.web.envelopes import Failed
from leadhub.web.json import Unreadable, json_response, read_json
from leadhub.web.requests import identify

handler400 = "leadhub.web.views.bad_request"
handler403 = "leadhub.web.views.permission_denied"
handler404 = "leadhub.web.views.page_not_found"
handler500 = "leadhub.web.views.server_error"


@csrf_exempt
def echo(request):
    """What arrived, as the view sees it."""
    if request.content_type.startswith("multipart/"):
        files = {name: file.size for name, file in request.FILES.items()}
        return json_response(
            {"fields": request.POST.dict(), "files": files, "held": hasattr(request, "_body")}
        )
    try:
        value = read_json(request.body) if request.body else None
    except Unreadable as error:
        return json_response({"code": error.code}, 400)
    return json_response({"value": value, "request_id": request.request_id, "length": len(request.body)})


@csrf_exempt
def crash(request, what):
    raise {
        "bug": RuntimeError("Ana Example <ana@example.org> +1 415 555 2671"),
        "missing": Http404("no such thing"),
        "denied": PermissionDenied("no"),
        "suspicious": SuspiciousOperation("odd"),
        "failed": Failed(409, "some_code", "A sentence.", {"Retry-After": "7"}),
        "disk": OSError(28, "No space left on device"),
    }[what]


@csrf_exempt
def known_crash(request):
    identify(request, "omniai", UUID(int=1), UUID(int=2))
    raise RuntimeError


def broken_sql(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


@require_http_methods(["PUT"])
def only_put(request):
    return json_response({})


urlpatterns = [
    path("api/echo", echo),
    path("api/upload", echo),
    path("api/crash/<str:what>", crash),
    path("api/known", known_crash),
    path("api/sql", broken_sql),
    path("api/put", csrf_exempt(only_put)),
    path("dialect/crash/<str:what>", crash),
    path("dialect/page", lambda request: HttpResponse("<p>Documentation</p>")),
    path("pages/crash/<str:what>", crash),
    path("pages/echo", echo),
    path("pages/away", lambda request: HttpResponseRedirect("/pages/echo")),
]
