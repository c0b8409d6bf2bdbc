"""Imports: a file read row by row, each row a change, written by the many, and taken back again."""
