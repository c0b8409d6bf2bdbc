"""The addresses of imports."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import Role
from leads.admin.pages.imports import history, show, steps
from leads.admin.route import Route

ROUTES: Final = [
    Route("imports/", history.show, "imports", least=Role.MANAGER, title=_("Imports")),
    Route("imports/new/", history.upload, "import_upload", least=Role.MANAGER),
    Route("imports/<uuid:batch_id>/", show.show, "import", least=Role.MANAGER),
    Route("imports/<uuid:batch_id>/progress/", show.progress, "import_progress", least=Role.MANAGER),
    Route("imports/<uuid:batch_id>/refused/", show.refused, "import_refused", least=Role.MANAGER),
    Route("imports/<uuid:batch_id>/written/", show.written, "import_written", least=Role.MANAGER),
    Route("imports/<uuid:batch_id>/<slug:step>/", steps.take, "import_step", least=Role.MANAGER),
]
