"""The list of leads, its saved views, and what is done to many at once."""
