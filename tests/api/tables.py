"""What is stored, as one hash a table: to say that a call left everything as it was."""

from __future__ import annotations

import hashlib

from django.apps import apps

REQUEST_LOG = {"web.RequestRecord", "web.RequestProblem"}


def hashes(besides=REQUEST_LOG) -> dict[str, str]:
    return {
        model._meta.label: _hash(model)
        for model in apps.get_models()
        if model._meta.label not in besides and model._meta.managed
    }


def _hash(model) -> str:
    rows = sorted(repr(row) for row in model._default_manager.values_list())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
