"""A process that reads for an import. It sets Django up before anything that needs it is named, is told what
to read, and ends with the process that started it, however that ends."""

from __future__ import annotations

import os
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection

import django


def lend(pipe: Connection) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    from leads.imports.readers import read_share

    read_share(pipe)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
