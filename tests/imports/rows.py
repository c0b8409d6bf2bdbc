"""What the tests of imports feed the engine with."""

from __future__ import annotations

from itertools import count

from leads.change import Actor, ActorKind, LeadChange
from leads.imports.engine import run
from leads.imports.options import Options
from leads.imports.row import Row
from leads.models import ImportBatch

IMPORTER = Actor(ActorKind.IMPORT, "Maria (leads.csv)", "import")
_names = count(1)


def make_batch(workspace, name="", **options) -> ImportBatch:
    told = Options(**options).as_json()
    name = name or f"leads-{next(_names)}.csv"
    return ImportBatch.objects.create(workspace=workspace, name=name, options=told)


def make_row(line, **words) -> Row:
    """A row by its fields; `metadata=`, `tags=` and the other words of a change stand beside them."""
    change = {name: words.pop(name) for name in list(words) if name in LeadChange.__dataclass_fields__}
    columns = {name: str(value) for name, value in words.items()}
    return Row(line, columns, LeadChange(fields=words, **change))


def make_rows(*rows) -> list[Row]:
    """Each as a mapping; the header is line 1."""
    return [make_row(line, **row) for line, row in enumerate(rows, start=2)]


def bring(workspace, *rows, **options) -> ImportBatch:
    return run(make_batch(workspace, **options), IMPORTER, iter(make_rows(*rows)))


def counts(batch) -> dict[str, int]:
    names = ("read", "created", "updated", "unchanged", "skipped", "refused")
    found = {name: getattr(batch, name) for name in names if getattr(batch, name)}
    assert batch.read == sum(found.get(name, 0) for name in names[1:])
    return found
