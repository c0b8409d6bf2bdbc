"""A page within the site's frame."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    framed = {**site.each_context(request), **context}
    return TemplateResponse(request, template, framed, status=status).render()
