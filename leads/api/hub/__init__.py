"""The native API under /api/hub/: one file of endpoints per noun, and its part of the map."""

from leads.api.hub.routes import urlpatterns
from leads.api.hub.view import HubView

__all__ = ["HubView", "urlpatterns"]
