"""How PostgreSQL answers: the plans of all queries that some work asks, really run."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from django.db import connection


@dataclass
class Plans:
    """The indexes used, the tables read from end to end, and how many rows were looked at to answer."""

    indexes: set[str] = field(default_factory=set)
    scanned: set[str] = field(default_factory=set)
    looked_at: int = 0
    queries: int = 0
    texts: list[str] = field(default_factory=list)


def plans_of(work):
    found = Plans()

    def explain(execute, sql, params, many, context):
        if sql.lstrip("( \n").upper().startswith(("SELECT", "WITH")):
            with connection.cursor().cursor as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
                [(plan,)] = cursor.fetchall()
            plan = plan if isinstance(plan, list) else json.loads(plan)
            found.queries += 1
            found.texts.append(sql)
            _walk(plan[0]["Plan"], found)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        work()
    return found


def _walk(node, found):
    if index := node.get("Index Name"):
        found.indexes.add(index)
    if node["Node Type"] == "Seq Scan":
        found.scanned.add(node["Relation Name"])
    # What a CTE holds was looked at when it was made.
    if "Scan" in node["Node Type"] and node["Node Type"] != "CTE Scan":
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        found.looked_at += round((node["Actual Rows"] + removed) * node["Actual Loops"])
    for child in node.get("Plans", ()):
        _walk(child, found)
