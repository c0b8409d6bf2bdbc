"""Receives multipart uploads: streamed to disk while their digest is taken, never held in memory.

What is in the files, and what becomes of them, is the business of whoever asked for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, Final, cast

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from leadhub.web.envelopes import Failed, standard
from leadhub.web.idempotency import fingerprint_of_parts

MOST_FILES: Final = 10
LARGEST_FILE: Final = 100 * 1024 * 1024
# The files, and what stands between and beside them.
LARGEST_UPLOAD: Final = MOST_FILES * LARGEST_FILE + 4 * 1024 * 1024
# Where the last boundary is looked for.
_END: Final = 4096


class BadParts(Exception):
    """Parts that were not agreed on: which of them, what is wrong (a code), and that in words."""

    def __init__(self, parts: list[str], code: str, message: str) -> None:
        super().__init__(message)
        self.parts = parts
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    file: BinaryIO
    filename: str
    size: int
    digest: str


@dataclass(slots=True)
class Received:
    """The parts of an upload: texts by name, files in their order, and the names of parts nobody reads."""

    texts: dict[str, str]
    files: list[ReceivedFile]
    ignored: list[str] = field(default_factory=list)
    fingerprint: str = ""


class _ToDisk(FileUploadHandler):
    """Each wanted file to a temporary one; the first that is too much ends it all."""

    chunk_size = 64 * 1024

    def __init__(self, request: HttpRequest, part: str, most: int) -> None:
        super().__init__(request)
        self.part = part
        self.most = most
        self.uploads: list[ReceivedFile] = []
        self.skipped: list[str] = []
        self.failure: Failed | BadParts | None = None
        self.file: TemporaryUploadedFile | None = None
        self._digest = hashlib.sha256()
        self._size = 0
        self._is_open = False

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        if field_name != self.part:
            self.file = None
            self.skipped.append(field_name)
            return
        if len(self.uploads) >= self.most:
            words = _("Send at most %d files at once.") % self.most
            self._stop(BadParts([self.part], "too_many", words))
        self.file, self._is_open = TemporaryUploadedFile(file_name, "", 0, None), True
        self._digest, self._size = hashlib.sha256(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.file is None:
            return
        self._size += len(raw_data)
        if self._size > LARGEST_FILE:
            words = _("A file may have %d bytes at most. Send a smaller one.") % LARGEST_FILE
            self._stop(Failed(413, "too_large", words))
        self.file.write(raw_data)
        self._digest.update(raw_data)

    def file_complete(self, file_size: int) -> TemporaryUploadedFile | None:
        file = self.file
        if file is None:
            return None
        file.seek(0)
        file.size, self._is_open = file_size, False
        received = ReceivedFile(file, self.file_name or "", file_size, self._digest.hexdigest())  # type: ignore[arg-type]
        self.uploads.append(received)
        return file

    def close_unfinished(self) -> None:
        """A part that was cut short belongs to nobody; Django closes those that are whole."""
        if self.file is not None and self._is_open:
            self.file.close()

    def _stop(self, failure: Failed | BadParts) -> None:
        self.failure = failure
        raise StopUpload(connection_reset=False)


class _Watched:
    """A body whose end is remembered, because a parser takes one that was cut short for a whole one."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.end = b""

    def read(self, *args: Any) -> bytes:
        piece = self.source.read(*args)
        self.end = (self.end + piece)[-_END:]
        return piece

    def readline(self, *_args: Any) -> bytes:
        """What is left is skipped line by line; a line of a gigabyte would be held in memory."""
        return self.read(_ToDisk.chunk_size)


def receive_upload(
    request: HttpRequest, part: str, texts: tuple[str, ...], most: int = MOST_FILES
) -> Received:
    """Read the whole body. The files are temporary: Django removes them once the answer is out."""
    if request.content_type != "multipart/form-data":
        raise Failed(415, "unsupported_media_type", _("Send the files as multipart/form-data."))
    handler = _ToDisk(request, part, most)
    request.upload_handlers = [handler]
    watched = _Watched(request._stream)
    request._stream = cast(BinaryIO, watched)
    try:
        sent = _parse(request)
    finally:
        handler.close_unfinished()
    if handler.failure is not None:
        raise handler.failure
    if f"--{(request.content_params or {}).get('boundary')}--".encode() not in watched.end:
        raise Failed(400, "cut_short", _("The upload ended too early. Send it again."))
    nul = [name for name, text in sent.items() if "\0" in text or "\0" in name]
    if nul:
        words = _("Remove the NUL character from this text.")
        raise BadParts([name.replace("\0", "") for name in nul], "control_character", words)
    return Received(
        {name: sent[name] for name in texts if name in sent},
        handler.uploads,
        [name for name in sent if name not in texts] + handler.skipped,
        _fingerprint(sent, handler.uploads),
    )


def _parse(request: HttpRequest) -> Mapping[str, str]:
    try:
        return {name: str(text) for name, text in request.POST.items()}
    except RequestDataTooBig:
        failure = standard(413)
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        failure = standard(400)
    raise Failed(failure.status, failure.code, failure.message)


def _fingerprint(texts: Mapping[str, str], uploads: list[ReceivedFile]) -> str:
    parts = [(name, "", hashlib.sha256(text.encode()).hexdigest()) for name, text in sorted(texts.items())]
    return fingerprint_of_parts(parts + [("files", upload.filename, upload.digest) for upload in uploads])
