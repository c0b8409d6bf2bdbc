"""Leadping, generation B: nested bodies merged leaf by leaf, every key in every answer, problem details.

`lead`, `contact` and `metadata` are the lead, `intake` its flat form, `dispositions`, `tags` and `table` what
hangs off it, `words` their enumerations and refusals.
"""
