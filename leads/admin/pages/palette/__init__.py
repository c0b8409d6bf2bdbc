"""Going anywhere by a few letters: leads, pages and actions."""
