"""The small site of tests/web/urls.py, for a real application server."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

settings.ROOT_URLCONF = "tests.web.urls"

from leadhub.web.bodies import allow_larger_body  # noqa: E402

allow_larger_body("/api/upload", 100 * 1024 * 1024)
application = get_wsgi_application()
