"""For a real server: the whole site on the database and in the folders of the tests."""

from __future__ import annotations

import json
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from django.conf import settings
from django.core.wsgi import get_wsgi_application

_told = json.loads(os.environ["SERVED"])
settings.DATABASES["default"]["NAME"] = _told["database"]
settings.MEDIA_ROOT = _told["files"]
settings.FILE_UPLOAD_TEMP_DIR = _told["uploads"]
application = get_wsgi_application()
