"""`among`: like `in`, for thousands of values, which go to the database as one parameter."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import CharField, Field, ForeignKey, Lookup, UUIDField


@CharField.register_lookup
@ForeignKey.register_lookup
@UUIDField.register_lookup
class Among(Lookup):  # type: ignore[type-arg]  # it cannot be subscripted at run time
    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        field: Field[Any, Any] = getattr(self.lhs.output_field, "target_field", self.lhs.output_field)
        values = [field.get_db_prep_value(one, connection, prepared=False) for one in value]
        return "%s", [values if connection.vendor == "postgresql" else json.dumps(values)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{lhs} = ANY({rhs})", [*lhs_params, *rhs_params]
        # Names only; the values are a parameter.
        return f"{lhs} IN (SELECT value FROM json_each({rhs}))", [*lhs_params, *rhs_params]  # noqa: S608
