"""The address of the palette."""

from __future__ import annotations

from typing import Final

from leads.admin.pages.palette import find
from leads.admin.route import Route

ROUTES: Final = [Route("find/", find.show, "palette")]
