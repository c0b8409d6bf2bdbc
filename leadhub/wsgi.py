"""The entry point of the application server."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadhub.settings")

application = get_wsgi_application()

# What was loaded stays, so the collector need not look through it again and again; and a page makes tens of
# thousands of objects, which is no reason to look for circles a dozen times while it is being made.
gc.freeze()
gc.set_threshold(10_000)
