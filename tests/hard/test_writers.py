"""Many write at once: nothing is lost, and nobody waits long."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sqlalchemy import insert, select, update

from allay_metrics.actions.records_check import check_records
from allay_metrics.records import open_practice
from allay_metrics.records.tables import audit, goal

WRITERS, TIMES, LONGEST = 8, 100, 2.0


def test_eight_writers_of_a_hundred_updates_lose_none(scope, engine_kind, record_property):
    """Each reads a number and writes it back one higher, each on a server of its own."""
    with scope.write("set goals") as conn:
        row = {"practice_id": scope.practice_id, "metric": "completed", "value": 0}
        conn.execute(insert(goal).values(row))
    waits = []

    def count_up(writer):
        own = open_practice(scope.database_url)
        hers = replace(own, viewer=replace(own.viewer, person_id=f"writer-{writer}"))
        for _ in range(TIMES):
            began = time.monotonic()
            with hers.write("count up") as conn:
                value = conn.execute(select(goal.c.value)).scalar_one()
                conn.execute(update(goal).values(value=value + 1))
            waits.append(time.monotonic() - began)
        own.close()

    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(count_up, range(WRITERS)))
    with scope.read() as conn:
        counted = conn.execute(select(goal.c.value)).scalar_one()
        lines = conn.execute(select(audit.c.who).where(audit.c.action == "count up")).all()
    lost = WRITERS * TIMES - int(counted)
    assert lost == 0
    assert len(lines) == WRITERS * TIMES
    assert check_records(scope) == []
    p99 = sorted(waits)[int(len(waits) * 0.99) - 1]
    record_property("hardening", f"{engine_kind}: {lost} lost, p99 {p99:.2f} s")
    assert p99 < LONGEST
