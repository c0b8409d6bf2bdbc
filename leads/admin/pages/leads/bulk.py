"""What is done to many leads: said and confirmed here, done by a worker, watched and taken back here."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.leads.address import Address, filter_of
from leads.admin.pages.leads.sheet import problems_by_field, sheet
from leads.admin.pages.render import fragment, go, is_partial, page
from leads.admin.refusals import sentences
from leads.changes import bulk
from leads.changes.tag_merging import MERGE
from leads.errors import Invalid, LeadError, NotFound, Problem
from leads.imports.export import CONTENT_TYPES
from leads.models import BulkRow, Job
from leads.outbox.bulk import Frozen, enqueue_change, enqueue_undo, freeze
from leads.outbox.exporting import enqueue_export, file_of, open_file, refusal_of
from leads.outbox.jobs import cancel, retry
from leads.queries import jobs
from leads.queries.catalogue import load_catalogue
from leads.queries.workspace import members_in, tags_in

# What changes more than this is confirmed by typing the number.
MANY: Final = 1000
# Named one by one, they come from pages that were looked at.
MOST_NAMED: Final = 500
LABELS: Final[dict[str, str | Promise]] = {
    "assign": gettext_lazy("Assign"),
    "tag": gettext_lazy("Add tags"),
    "untag": gettext_lazy("Remove tags"),
    "stage": gettext_lazy("Change stage"),
    "archive": gettext_lazy("Archive"),
    "restore": gettext_lazy("Take out of the archive"),
    "export": gettext_lazy("Export"),
}
# What is begun elsewhere.
_OTHERS: Final[dict[str, str | Promise]] = {MERGE: gettext_lazy("Merge tags")}
FORMAT_LABELS: Final[dict[str, str | Promise]] = {
    "csv": gettext_lazy("CSV, for spreadsheets and most tools"),
    "xlsx": gettext_lazy("Excel"),
    "jsonl": gettext_lazy("JSON Lines, for programs"),
}


def ask(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What is to be done exactly, and to how many. A GET shows what was begun before."""
    if request.method != "POST":
        return history(request, desk)
    return _ask(request, desk, None)


def _ask(request: HttpRequest, desk: Desk, refusal: Invalid | LeadError | None) -> HttpResponse:
    form = request.POST
    do = form.get("do", "")
    if do not in LABELS:
        raise Http404
    if do == "export" and not desk.looks_after_all:
        raise PermissionDenied(_("Managers and owners export leads; ask one of them."))
    address = Address(QueryDict(form.get("query", "")))
    leads = _named(form)
    takes_all = bool(form.get("all"))
    number = _number(desk, address) if takes_all else len(leads)
    if not number:
        tell(request, _("Choose leads first: with their boxes, or with x on the row."), level="warning")
        return go(request, address.link())
    context = {
        "title": LABELS[do],
        "do": do,
        "number": number,
        "takes_all": takes_all,
        "typed_number": number > MANY and do != "export",
        "leads": leads,
        "query": form.get("query", ""),
        "back": address.link(),
        "problems": problems_by_field(refusal),
        "typed": form,
        **_choices(desk, do),
    }
    return sheet(request, "leads/_bulk.html", context, 422 if refusal else 200)


def _choices(desk: Desk, do: str) -> dict[str, Any]:
    if do == "assign":
        return {"members": members_in(desk.workspace)}
    if do == "export":
        return {"formats": FORMAT_LABELS.items()}
    if do == "stage":
        rows = load_catalogue(desk.workspace).dispositions.values()
        return {"dispositions": [row for row in rows if not row.archived_at]}
    if do in {"tag", "untag"}:
        return {"tags": tags_in(desk.workspace)}
    return {}


def begin(request: HttpRequest, desk: Desk) -> HttpResponse:
    if request.method != "POST":
        return redirect("admin:leads")
    form = request.POST
    try:
        job = _begin(form, desk)
    except (Invalid, LeadError) as refusal:
        return _ask(request, desk, refusal)
    return go(request, "admin:bulk_job", job.pk)


def _begin(form: QueryDict, desk: Desk) -> Job:
    exports = form.get("do") == "export"
    wish = {} if exports else bulk.clean_wish(desk.workspace, form.dict())
    chosen = _chosen(form, desk, confirmed=exports)
    if exports:
        return enqueue_export(desk.workspace, desk.actor, form.get("format", ""), chosen)
    return enqueue_change(desk.workspace, desk.actor, wish, chosen)


def _chosen(form: QueryDict, desk: Desk, *, confirmed: bool) -> Frozen:
    if not form.get("all"):
        return Frozen(leads=_named(form))
    address = Address(QueryDict(form.get("query", "")))
    filters = filter_of(address.filters, desk)
    # A part of the filter that picks nothing any more would let the rest pick too many.
    filters.settle()
    number = 0 if confirmed else _number(desk, address)
    if number > MANY and "".join(filter(str.isdigit, form.get("number", ""))) != str(number):
        message = _("%(number)s leads match now; type this number to change them all.")
        raise Invalid([Problem("number", "not_confirmed", message % {"number": f"{number:,}"})])
    return freeze(dict(address.filters.lists()), desk.zone, now())


def history(request: HttpRequest, desk: Desk) -> HttpResponse:
    found = jobs.bulk_jobs(desk.workspace, None if desk.looks_after_all else desk.user.pk)
    context = {"title": _("Bulk changes"), "jobs": [Progress(job) for job in found]}
    return page(request, "leads/bulk_jobs.html", context)


def show(request: HttpRequest, desk: Desk, job_id: UUID) -> HttpResponse:
    """How far it is, asked for again and again by the page itself until it is over."""
    job = _find(desk, job_id)
    progress = Progress(job)
    context: dict[str, Any] = {"title": progress.title, "job": job, "progress": progress}
    if is_partial(request) and not progress.is_over:
        return fragment(request, "leads/_progress.html", context)
    context["rows"] = jobs.told_rows(job)
    context["undo"] = jobs.undo_of(job)
    context["undone"] = jobs.undone_by(job)
    if is_partial(request):
        return fragment(request, "leads/_progress.html", context)
    return page(request, "leads/bulk_job.html", context)


def take(request: HttpRequest, desk: Desk, job_id: UUID, step: str) -> HttpResponse:
    if request.method != "POST" or step not in {"cancel", "undo", "retry"}:
        raise Http404
    job = _find(desk, job_id)
    if step == "cancel":
        if cancel(job):
            tell(request, _("It leaves off; what was done by now stays done."), level="info")
        return go(request, "admin:bulk_job", job.pk)
    if step == "retry":
        retry(job)
        return go(request, "admin:bulk_job", job.pk)
    try:
        undo = enqueue_undo(desk.workspace, desk.actor, job)
    except LeadError as refusal:
        tell(request, " ".join(sentences(refusal)), level="error")
        return go(request, "admin:bulk_job", job.pk)
    return go(request, "admin:bulk_job", undo.pk)


def fetch(request: HttpRequest, desk: Desk, job_id: UUID) -> HttpResponse:
    """The file of an export, as long as it is kept."""
    job = _find(desk, job_id)
    if not desk.looks_after_all:
        raise PermissionDenied(_("Managers and owners export leads; ask one of them."))
    file = open_file(job)
    if file is None:
        raise Http404
    kind = file_of(job).rpartition(".")[2]
    came = timezone.localtime(job.created_at).strftime("%Y-%m-%d-%H%M")
    response: Any = FileResponse(file, as_attachment=True, filename=f"leads-{came}.{kind}")
    response["Content-Type"] = CONTENT_TYPES[kind]
    return cast(HttpResponse, response)


class Progress:
    """A job in words and numbers."""

    def __init__(self, job: Job) -> None:
        self.job = job
        counts: dict[str, Any] = job.output if isinstance(job.output, dict) else {}
        self.file = file_of(job)
        self.refused = refusal_of(job) if job.kind == jobs.EXPORT else ""
        labels = BulkRow.Result
        self.counts = [(label, str(labels(label).label), counts.get(label, 0)) for label in labels.values]
        self.counts = [row for row in self.counts if row[2]] if job.kind != jobs.EXPORT else []

    @property
    def title(self) -> str:
        wish = self.job.input.get("wish", {})
        words = str({**LABELS, **_OTHERS}.get(wish.get("do", ""), _("Bulk change")))
        told = wish.get("label") or wish.get("name") or ", ".join(wish.get("tags", []))
        if wish.get("do") == "assign" and not wish.get("assignee"):
            told = _("nobody")
        title = f"{words}: {told}" if told else words
        return _("Take back: %s") % title if self.job.kind == jobs.UNDO else title

    @property
    def broke_off(self) -> bool:
        return self.job.state == Job.State.DEAD

    @property
    def is_over(self) -> bool:
        return self.job.state in {Job.State.DONE, Job.State.DEAD}

    @property
    def state(self) -> str:
        if self.broke_off:
            return _("Broke off")
        if self.refused:
            return _("Refused")
        if self.job.cancelled_at:
            return _("Cancelled") if self.is_over else _("Leaving off")
        if self.is_over:
            return _("Finished")
        return _("Running") if self.job.total or self.job.done else _("About to begin")

    @property
    def spoken(self) -> str:
        done, total = self.job.done, max(self.job.total, self.job.done)
        return ngettext("%(done)s of %(total)s lead", "%(done)s of %(total)s leads", total) % {
            "done": f"{done:,}",
            "total": f"{total:,}",
        }


def _find(desk: Desk, job_id: UUID) -> Job:
    try:
        job = jobs.find_bulk_job(desk.workspace, job_id)
    except NotFound:
        raise Http404 from None
    if job.user_id != desk.user.pk and not desk.looks_after_all:
        raise PermissionDenied(_("Only whoever began this and managers watch it."))
    return job


def _named(form: QueryDict) -> list[UUID]:
    found = [parse_id(raw) for raw in form.getlist("lead")[:MOST_NAMED]]
    return list(dict.fromkeys(key for key in found if key is not None))


def _number(desk: Desk, address: Address) -> int:
    return jobs.count_exactly(filter_of(address.filters, desk))
