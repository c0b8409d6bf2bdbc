"""The body of a request, read at the point where its dialect looks at it."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadhub.web.bodies import is_json
from leadhub.web.envelopes import Failed
from leadhub.web.json import read_json
from leads.errors import Malformed, Problem


class Body:
    """A body that may be unreadable: said when it is looked at, at the point the dialect looks at it."""

    def __init__(self, request: HttpRequest, *, duplicates_refused: bool = False) -> None:
        self._request = request
        self._duplicates_refused = duplicates_refused
        self._read = False
        self._value: object = None

    def value(self) -> object:
        if not self._read:
            self._value, self._read = self._read_value(), True
        return self._value

    def _read_value(self) -> object:
        if self._request.body and self._request.content_type and not is_json(self._request):
            raise Failed(415, "unsupported_media_type", _("Send the body as application/json."))
        return read_json(self._request.body, duplicates_refused=self._duplicates_refused)

    def object(self) -> dict[str, object]:
        value = self.value()
        if not isinstance(value, dict):
            raise Malformed([Problem("body", "invalid_type", _("Send a JSON object as the body."))])
        return value
