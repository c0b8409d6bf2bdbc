"""The one base view of every dialect: key, rate, body, transaction, idempotency, record, envelope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from leadhub.web.envelopes import Failed, Failure, Render, standard
from leadhub.web.idempotency import Once, is_kept, once_for
from leadhub.web.json import Unreadable, json_response
from leadhub.web.middleware import answer_error
from leadhub.web.ratelimit import Allowance, take
from leadhub.web.records import record_request
from leadhub.web.requests import trail_of
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import ApiKey, Workspace
from leads.api.body import Body
from leads.api.credentials import admit, challenge_of
from leads.api.headers import kept_headers, listed
from leads.change import Actor
from leads.changes import transact
from leads.errors import Forbidden, Invalid, LeadError, Malformed, Problem, Refused
from leads.queries.reach import actor_with
from leads.values import format_moment
from leads.voices.complaint import Complaint, Setting, complaint_of


class Voice(Protocol):
    """What every dialect's voice has for its door: its words for what went wrong."""

    def complain(self, complaint: Complaint, setting: Setting) -> tuple[int, dict[str, Any]]: ...


@dataclass(slots=True)
class Reply:
    """What an endpoint says. `ignored` and `problems` become headers, so that bodies stay as documented."""

    body: object
    status: int = 200
    lead_id: UUID | None = None
    ignored: list[str] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    # The problems of a request about several leads, by lead; they stand in its body instead of a header.
    by_lead: Mapping[UUID, list[Problem]] = field(default_factory=dict)
    code: str = ""  # of a refusal that leaves something behind, as raising it would not


class DialectView(APIView):
    dialect: ClassVar[str]
    voice: ClassVar[Voice]
    content_type: ClassVar[str] = "application/json"
    error_content_type: ClassVar[str] = "application/json"
    duplicates_refused: ClassVar[bool] = False
    # Any key may come in, whatever its dialect: for what an integrator asks about the integration itself.
    open_to_all: ClassVar[bool] = False
    # For the OpenAPI document: the credential, the envelope of a refusal, the headers of every answer.
    security: ClassVar[Mapping[str, Mapping[str, str]]] = {"key": {"type": "http", "scheme": "bearer"}}
    error_schema: ClassVar[Mapping[str, Any]] = {"type": "object"}
    answer_headers: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    # Which scope a method needs, "" for none; an endpoint that only looks something up by POST says so.
    scopes: ClassVar[Mapping[str, str]] = {
        "GET": "read",
        "HEAD": "read",
        "POST": "write",
        "PUT": "write",
        "PATCH": "write",
        "DELETE": "delete",
    }
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    http_method_names = ("get", "post", "put", "patch", "delete", "head")

    key: ApiKey
    workspace: Workspace
    actor: Actor
    allowance: Allowance | None = None
    once: Once | None = None

    # What a dialect says of itself.

    def credential(self, request: HttpRequest) -> str:
        raise NotImplementedError

    def rate(self) -> tuple[int, int]:
        """How many requests in how many seconds."""
        return self.workspace.rate_per_minute, 60

    def rate_headers(self, allowance: Allowance) -> dict[str, str]:
        return {}

    @property
    def setting(self) -> Setting:
        """What an envelope says of this request, when it speaks of it on success too."""
        return setting_of(self.request._request)

    # The way in.

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        http = request._request
        self.key = admit(http, self.credential(http), "" if self.open_to_all else self.dialect)
        self.workspace = self.key.workspace
        self.actor = actor_with(self.key, self.dialect, trail_of(http).request_id)
        limit, seconds = self.rate()
        # A key may speak dialects that count by different windows, so each window has its own count.
        self.allowance = take(f"{self.key.pk}/{seconds}", limit, seconds)
        if not self.allowance.allowed:
            raise Failed(
                429,
                "rate_limited",
                _("Too many requests with this key; wait as long as the Retry-After header says."),
                {"Retry-After": str(self.allowance.retry_after)},
            )
        self.check_scope(request.method or "")

    def check_scope(self, method: str) -> None:
        if method.lower() not in self.http_method_names or not hasattr(self, method.lower()):
            raise MethodNotAllowed(method)
        scope = self.scopes[method]
        if scope and not self.key.allows(scope):
            raise Forbidden(_("This key lacks the scope “%s”; ask the workspace's owner for it.") % scope)

    @property
    def body(self) -> Body:
        return Body(self.request._request, duplicates_refused=self.duplicates_refused)

    @property
    def dry_run(self) -> bool:
        word = self.request.headers.get("Leadhub-Dry-Run", "false").strip().lower()
        if word not in {"true", "false"}:
            raise Failed(400, "invalid_header", _("Leadhub-Dry-Run is either true or false."))
        return word == "true"

    # The way out.

    def read(self, reply: Reply) -> HttpResponse:
        return self._respond(reply)

    def write(self, work: Callable[[], Reply], fingerprint: str | None = None) -> HttpResponse:
        """Run the work, keep its answer for the same key, and record the request: all in one transaction."""
        http, dry_run = self.request._request, self.dry_run
        self.once = None if dry_run else once_for(http, self.workspace.pk, self.key.pk, fingerprint)

        def run() -> HttpResponse:
            if self.once is not None and (earlier := self.once.claim()) is not None:
                record_request(http, earlier.status, "replayed", keep_body=False)
                return earlier.as_response()
            try:
                reply = work()
            except Refused as refusal:
                if not refusal.is_told:
                    raise
                reply = self._told(refusal)
            response = self._respond(reply)
            if self.once is not None:
                self.once.settle(
                    response.status_code, kept_headers(response), response.content, reply.lead_id
                )
            if not dry_run:
                told = reply.by_lead or reply.problems
                record_request(http, reply.status, reply.code, lead_id=reply.lead_id, problems=told)
            return response

        response = transact(run, dry_run=dry_run)
        if dry_run:
            record_request(http, response.status_code, dry_run=True)
            response["Leadhub-Dry-Run"] = "true"
        return response

    def _told(self, refusal: Refused) -> Reply:
        complaint = complaint_of(refusal)
        status, said = self.voice.complain(complaint, self.setting)
        return Reply(said, status, self.lead_in_question(), code=complaint.code)

    def _respond(self, reply: Reply) -> HttpResponse:
        if reply.status == 204:
            return HttpResponse(status=204, headers=reply.headers, content_type="application/json")
        headers = dict(reply.headers)
        if reply.ignored:
            headers["Leadhub-Ignored"] = listed(reply.ignored)
        if reply.problems:
            headers["Leadhub-Problems"] = str(len(reply.problems))
        kind = self.error_content_type if reply.code else self.content_type
        return json_response(reply.body, reply.status, headers, kind)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self.allowance is not None:
            for name, value in self.rate_headers(self.allowance).items():
                response.headers.setdefault(name, value)
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = challenge_of(self.security)
        return response

    # What went wrong.

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        http = self.request._request
        complaint = _complaint(exc)
        if complaint is None:
            # Logged and recorded there; answered from here, so that it carries the headers of the dialect.
            return answer_error(http, exc)
        if complaint.status == 405:
            complaint = replace(complaint, headers={"Allow": ", ".join(self.allowed_methods)})
        response = complain(self, http, complaint)
        if hasattr(self, "workspace"):
            return self._keep_refusal(http, complaint, response)
        return response

    def _keep_refusal(self, http: HttpRequest, complaint: Complaint, response: HttpResponse) -> HttpResponse:
        """The effect was rolled back; what was refused, and why, is kept by itself."""
        if self.once is not None and is_kept(response.status_code):
            try:
                earlier = self.once.settle_refusal(
                    response.status_code, kept_headers(response), response.content
                )
            except Failed as quicker:  # another request with this key came in between
                return complain(self, http, _from_failure(quicker.failure))
            if earlier is not None:
                return earlier.as_response()
        if response.status_code == 429:
            return response  # a caller that asks too often must not make us write each time
        record_request(
            http,
            response.status_code,
            complaint.code,
            lead_id=self.lead_in_question(),
            problems=complaint.problems,
            dry_run=self.dry_run_or_false(),
        )
        return response

    def dry_run_or_false(self) -> bool:
        return self.request.headers.get("Leadhub-Dry-Run", "").strip().lower() == "true"

    def lead_in_question(self) -> UUID | None:
        """The lead a refused request named in its path, so that its page can tell of the refusal."""
        from leadhub.workspaces.ids import parse_id

        return parse_id(self.kwargs.get("lead_id"))


def complain(
    door: DialectView | type[DialectView], request: HttpRequest, complaint: Complaint
) -> HttpResponse:
    status, body = door.voice.complain(complaint, setting_of(request))
    return json_response(body, status, complaint.headers, door.error_content_type)


def setting_of(request: HttpRequest) -> Setting:
    return Setting(trail_of(request).request_id, request.path, format_moment(now()))


def envelope_of(door: type[DialectView]) -> Render:
    """How a dialect puts what happened outside of any view: unknown paths, wrong methods, crashes."""

    def render(request: HttpRequest, failure: Failure) -> HttpResponse:
        return complain(door, request, _from_failure(failure))

    return render


def _complaint(error: Exception) -> Complaint | None:
    """None for what is no refusal but a bug, or a database that is away: the outermost layer answers that."""
    if isinstance(error, Malformed | Invalid | LeadError):
        return complaint_of(error)
    if isinstance(error, Unreadable):
        return Complaint(400, error.code, error.message, (Problem("body", error.code, error.message),))
    if isinstance(error, Failed):
        return _from_failure(error.failure)
    if isinstance(error, MethodNotAllowed):
        return _from_failure(standard(405))
    return None


def _from_failure(failure: Failure) -> Complaint:
    return Complaint(failure.status, failure.code, failure.message, headers=failure.headers)
