"""The native API's own words: snake_case names of the lead itself, strict reading, problem details."""

from leads.voices.hub.errors import complain

__all__ = ["complain"]
