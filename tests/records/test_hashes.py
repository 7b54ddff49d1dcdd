"""Row hashes: equal where the records are equal, on either engine; different where they are not."""

import pytest
from sqlalchemy import text

from allay_metrics.actions import file_import
from allay_metrics.records import compute_row_hashes, open_practice
from allay_metrics.records.hashes import HISTORY
from allay_metrics.records.tables import metadata
from tests.support.exports import Desk, appointment

ROWS = [
    appointment("1", "2026-03-02 10:00", infants="Mia & Leo", born="2026-01-15", heard="Döula"),
    appointment("2", "2026-03-03 10:00", "Bea Moss", city="", zip="94010", price=""),
    appointment("3", "2026-03-11 10:00", "Leo Lee", email="", phone="510-555-0101"),
    appointment("4", "2026-03-11 10:00") | {"start": "never"},  # set aside
]


@pytest.mark.postgres
def test_the_same_import_gives_the_same_hashes_on_both_engines(
    sqlite_url, postgres_cluster, tmp_path, monkeypatch
):
    monkeypatch.setattr(file_import, "new_key", lambda: "11111111-1111-4111-8111-111111111111")
    urls = [sqlite_url, postgres_cluster.create("same_hashes")]
    told = []
    for url in urls:
        scope = open_practice(url, practice_id="p")
        Desk(scope, tmp_path).take_in(ROWS, "2026-03-09 08:00")
        told.append(compute_row_hashes(scope))
        scope.close()
    postgres_cluster.drop("same_hashes")
    assert told[0] == told[1]
    assert told[0].keys() == metadata.tables.keys() - set(HISTORY)


@pytest.mark.parametrize("table", ["booking", "visit", "daily", "family", "client"])
def test_any_changed_row_changes_the_hash_of_its_table_alone(sqlite_scope, tmp_path, table):
    Desk(sqlite_scope, tmp_path).take_in(ROWS, "2026-03-09 08:00")
    before = compute_row_hashes(sqlite_scope)
    column = {"daily": "minutes", "family": "name", "client": "name"}.get(table, "minutes")
    with sqlite_scope.write("change a row") as conn:
        conn.execute(text(f"UPDATE {table} SET {column} = 1 WHERE {column} = "
                          f"(SELECT max({column}) FROM {table})"))  # fmt: skip
    after = compute_row_hashes(sqlite_scope)
    assert {name for name in before if before[name] != after[name]} == {table}
