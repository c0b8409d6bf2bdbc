"""The page of one lead and every step taken from it."""
