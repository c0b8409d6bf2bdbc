"""Ratios to a floor measured in the same interleaved run. `make bench` prints the table."""
