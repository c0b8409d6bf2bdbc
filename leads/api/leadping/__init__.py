"""Leadping's endpoints, at the root and without a version, as its generation B had them."""
