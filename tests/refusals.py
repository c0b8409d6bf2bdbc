"""How a test asks a rule for its refusal: the code, after a look at the sentence."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError


def code_of(rule, *args, **kwargs):
    """The code a rule refuses with; the sentence must be whole, and must not repeat what was sent."""
    with pytest.raises(ValidationError) as caught:
        rule(*args, **kwargs)
    (error,) = caught.value.error_list
    (sentence,) = error.messages
    assert re.fullmatch(r"[A-Z].+\.", sentence, re.DOTALL)
    assert "%(" not in sentence
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)
    return error.code
