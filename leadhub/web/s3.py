"""Files in S3, or in a storage that speaks its language: private, handed out by presigned addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage

from leadhub.web.envelopes import Failed, standard

F = TypeVar("F", bound=Callable[..., Any])


def _or_unavailable(work: F) -> F:
    """A storage that is away is no bug of ours: whoever asked is to come again."""

    @wraps(work)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return work(*args, **kwargs)
        except (BotoCoreError, ClientError) as error:
            failure = standard(503, {"Retry-After": "5"})
            raise Failed(failure.status, failure.code, failure.message, failure.headers) from error

    return cast(F, wrapped)


class S3Files(S3Storage):  # type: ignore[misc]
    _save = _or_unavailable(S3Storage._save)
    _open = _or_unavailable(S3Storage._open)
    delete = _or_unavailable(S3Storage.delete)

    def presigned(self, key: str, filename: str, mime_type: str, seconds: int) -> str:
        """An address of the storage's own: opens this one file for a while, always as a download."""
        parameters = {
            "ResponseContentDisposition": content_disposition_header(True, filename) or "attachment",
            "ResponseContentType": mime_type,
            "ResponseCacheControl": "private, no-store",
        }
        return str(self.url(key, parameters=parameters, expire=seconds))
