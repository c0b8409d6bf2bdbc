"""How a phone number or an address of somebody is shown; what is stored, edited and copied stays as given."""

from __future__ import annotations

import re
from typing import Final

from django import template
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from leadhub.workspaces.models import Workspace
from leads.models import ContactPoint, Lead
from leads.values import phone_words

register = template.Library()

# Behind these a long word without a space is best broken.
_BREAKS: Final = re.compile(r"(?<=[^@_.\s])([@_])(?=[^@_\s])")


@register.simple_tag(takes_context=True)
def phone(context: Context, whose: Lead | ContactPoint) -> str:
    """The number of a lead, or of a further way to reach it, as the workspace at the desk writes numbers."""
    return phone_of(whose, context["desk"].workspace)


def phone_of(whose: Lead | ContactPoint, workspace: Workspace) -> str:
    if isinstance(whose, ContactPoint):
        return phone_words(whose.value, whose.key, workspace.region)
    return phone_words(whose.phone, whose.phone_key, workspace.region)


@register.filter
def breakable(text: object) -> SafeString:
    """May be broken behind its "@" and "_" before it is broken anywhere else."""
    return mark_safe(_BREAKS.sub(r"\1<wbr>", conditional_escape(str(text))))  # noqa: S308 (escaped before)
