"""Runs a command the way a shell does, or the way code does."""

from __future__ import annotations

import io

import pytest
from django.core.management import ManagementUtility, call_command
from django.core.management.base import CommandError


def output_of(*words, **options):
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def refusal_of(*words, **options):
    """The exit code, and the lines that go to standard error."""
    with pytest.raises(CommandError) as caught:
        call_command(*words, stdout=io.StringIO(), **options)
    return caught.value.returncode, str(caught.value).splitlines()


def shell(*words):
    """The exit code of `manage.py ...`; it closes the database connection, so the test needs a real one."""
    try:
        ManagementUtility(["manage.py", *words]).execute()
    except SystemExit as leaving:
        return leaving.code
    return 0
