"""A form of the list: a dialog above it for htmx, and a page of its own without."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from leads.admin.pages.render import fragment, is_partial, page
from leads.errors import Invalid, LeadError


def sheet(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """`title` heads it either way; `template` is what stands below."""
    inner = {**context, "inner": template}
    if is_partial(request):
        return fragment(request, "leads/_list_sheet.html", inner, status)
    return page(request, "leads/list_sheet.html", inner, status)


def problems_by_field(refusal: Invalid | LeadError | None) -> dict[str, str]:
    """For the form whose fields are named so; "" is about no field."""
    if isinstance(refusal, Invalid):
        found: dict[str, str] = {}
        for problem in refusal.problems:
            found[problem.field] = " ".join(filter(None, (found.get(problem.field), problem.message)))
        return found
    return {"": refusal.message} if refusal else {}
