"""The way to the plain pages of the tables."""
