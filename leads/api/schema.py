"""The OpenAPI document of each dialect: its own endpoints, and what holds for every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from threading import Lock
from typing import Any, Final, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from leadhub.web.envelopes import Failed, standard
from leadhub.web.json import json_response
from leadhub.workspaces.models import DIALECTS
from leads.api import schema_parts as parts
from leads.api.view import DialectView

Schema = Mapping[str, Any]
Endpoint = TypeVar("Endpoint", bound=Callable[..., HttpResponseBase])

TITLES: Final[Mapping[str, str]] = {
    "omniai": "OmniAI",
    "octanist": "Octanist",
    "pollybot": "PollyBot",
    "leadping": "Leadping",
    "hub": "leadhub",
}
_SETTINGS: Final = {"OAS_VERSION": "3.1.0", "SORT_OPERATIONS": False, "DISABLE_ERRORS_AND_WARNINGS": False}
# The generator keeps its state in the module.
_generating: Final = Lock()


def described(  # noqa: PLR0913 (a declaration with a name for each of its parts)
    operation_id: str,
    summary: str,
    *,
    answers: Mapping[Any, Schema | str],
    body: Schema | Mapping[str, Schema] | None = None,
    parameters: Iterable[OpenApiParameter] = (),
    refusals: Iterable[int] = (),
    about: str = "",
    tag: str = "",
) -> Callable[[Endpoint], Endpoint]:
    """What an endpoint takes and answers. A schema with a `title` becomes a named component.

    `answers` goes by status, or by (status, media type); a text stands for an answer without a body. `body`
    is a schema for JSON, or schemas by media type. `refusals` are statuses beside those of every endpoint.
    """
    media = dict(body) if body and all("/" in key for key in body) else {"application/json": body}
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=about or summary,
        request=media if body is not None else None,
        responses={_status_of(key): _response(answer) for key, answer in answers.items()},
        parameters=list(parameters),
        tags=[tag] if tag else None,
        extensions={"x-refusals": list(refusals)} if refusals else None,
    )


def query(name: str, schema: Schema, about: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, dict(schema), OpenApiParameter.QUERY, required, about)


def header(name: str, schema: Schema, about: str) -> OpenApiParameter:
    return OpenApiParameter(name, dict(schema), OpenApiParameter.HEADER, False, about)


def _status_of(key: Any) -> Any:
    return key if isinstance(key, tuple) else (key, "application/json")


def _response(answer: Schema | str) -> Any:
    return OpenApiResponse(description=answer) if isinstance(answer, str) else dict(answer)


@cache
def build_document(dialect: str) -> dict[str, Any]:
    """Built once a process; treat it as read-only."""
    with _generating, patched_settings(_SETTINGS):
        generator: Any = _Generator(dialect)
        document: dict[str, Any] = generator.get_schema(request=None, public=True)
    doors = {(path, method.lower()): view.cls for path, _regex, method, view in generator.endpoints}
    document["info"] = {
        "title": _("The %s API of leadhub") % TITLES[dialect],
        "version": "1",
        "description": _("Generated from the shapes that read the requests. Keys come from the workspace."),
    }
    document["servers"] = [{"url": "/"}]
    components = document["components"] = parts.shared_components()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts.complete(operation, doors[path, method], path, method, components)
    parts.hoist(document)
    return document


def show_document(request: HttpRequest, dialect: str) -> HttpResponse:
    require_known(request, dialect)
    return json_response(build_document(dialect), content_type="application/vnd.oai.openapi+json")


def require_known(request: HttpRequest, dialect: str = DIALECTS[0]) -> None:
    if dialect not in DIALECTS:
        raise Failed(404, "not_found", _("There is no such dialect; name one of %s.") % ", ".join(DIALECTS))
    if request.method not in {"GET", "HEAD"}:
        failure = standard(405, {"Allow": "GET, HEAD"})
        raise Failed(failure.status, failure.code, failure.message, failure.headers)


class _Enumerator(EndpointEnumerator):
    """The endpoints of one dialect. Where two share a path, the path's view names its doors."""

    def __init__(self, dialect: str) -> None:
        super().__init__(None, settings.ROOT_URLCONF)
        self.dialect = dialect

    def _get_api_endpoints(self, patterns: Any, prefix: str) -> list[tuple[str, str, str, Any]]:
        return list(self._found(patterns or self.patterns or (), prefix))

    def _found(self, patterns: Iterable[Any], prefix: str) -> Iterator[tuple[str, str, str, Any]]:
        for pattern in patterns:
            regex = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from self._found(pattern.url_patterns, regex)
                continue
            for door in getattr(pattern.callback, "doors", (pattern.callback,)):
                kind = getattr(door, "cls", None)
                if isinstance(kind, type) and issubclass(kind, DialectView) and kind.dialect == self.dialect:
                    path = self.get_path_from_regex(regex)  # type: ignore[no-untyped-call]
                    methods = self.get_allowed_methods(door)  # type: ignore[no-untyped-call]
                    yield from ((path, regex, method, door) for method in methods)


class _Generator(SchemaGenerator):
    def __init__(self, dialect: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.dialect = dialect

    def _initialise_endpoints(self) -> None:
        if self.endpoints is None:
            self.inspector = _Enumerator(self.dialect)
            self.endpoints = self.inspector.get_api_endpoints()  # type: ignore[no-untyped-call]
