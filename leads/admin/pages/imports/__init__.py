"""Imports as staff begin, watch and take them back."""
