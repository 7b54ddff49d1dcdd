"""Statements that a therapist's session should never run, run: nothing is gained by any of them."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from random import Random

import psycopg
import pytest
from sqlalchemy import Engine, event, func, insert, select
from sqlalchemy.exc import DBAPIError

from allay_metrics.errors import NotAllowed
from allay_metrics.records import OWNER, Viewer
from allay_metrics.records.tables import client_note, family, metadata, visit
from tests.support.crowded import CENTS, FAMILIES, INES, MAYA, MET, VISITS, fill
from tests.support.keeper import database_itself

MINE, HIDDEN = 0, 2  # numbers of a family of Maya's alone, and of one that she never met

EITHER = [
    "SELECT name FROM family UNION ALL SELECT name FROM {base}family",
    "WITH told AS (SELECT * FROM {base}family) SELECT * FROM told",
    "WITH family AS (SELECT * FROM {base}family) SELECT * FROM family",
    "SELECT (SELECT max(name) FROM (SELECT name FROM {base}family) AS family)",
    "SELECT name FROM family WHERE 1 = 1 OR id IN (SELECT family_id FROM {base}visit)",
    "SELECT price_cents FROM visit",
    "SELECT sum(price_cents) FROM daily",
    "SELECT extra FROM booking",
    "SELECT * FROM daily_city",
    "SELECT raw FROM set_aside",
    "SELECT warnings, file_name FROM import",
    "SELECT text FROM week_note",
    "SELECT * FROM audit",
    "SELECT password_hash FROM person",
    "UPDATE family SET name = 'Mine'",
    "UPDATE client_note SET text = 'Mine'",
    "DELETE FROM client_note",
    "DELETE FROM family",
    "UPDATE visit SET therapist_id = 'maya'",
    "UPDATE therapist SET id = 'maya' WHERE id = 'ines'",
    "INSERT INTO visit SELECT * FROM {base}visit",
    (
        "INSERT INTO client_tag (practice_id, client_id, tag, tagged_at) "
        "VALUES ('{practice}', 'c2', 'x', 0)"
    ),
    "UPDATE client_note SET text = (SELECT name FROM {base}family WHERE id = 'f2')",
    "UPDATE client_note SET client_id = 'c2'",
    "SELECT * FROM alembic_version",
    "ALTER TABLE family ADD COLUMN mine TEXT",
    "DROP TABLE client_note",
]

ON_SQLITE = [
    "SELECT * FROM main.family",
    'SELECT * FROM "main".[family] AS family',
    "SELECT count(*) FROM main.visit",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM main.visit WHERE family_id = 'f2')",
    (
        "WITH RECURSIVE family(name) AS (SELECT name FROM main.family "
        "UNION SELECT name FROM family) SELECT name FROM family"
    ),
    "WITH visit AS (SELECT price_cents FROM main.visit) SELECT sum(price_cents) FROM visit",
    "WITH client_note AS (SELECT * FROM main.client_note) SELECT text FROM client_note",
    "SELECT rowid, * FROM main.family",
    "SELECT sql FROM sqlite_master",
    "SELECT sql FROM sqlite_temp_master",
    "SELECT sql FROM temp.sqlite_schema",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_table_info('family')",
    "SELECT data FROM sqlite_dbpage",
    "SELECT * FROM dbstat",
    "SELECT * FROM sqlite_stmt",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA database_list",
    "PRAGMA trusted_schema = ON",
    "ATTACH ':memory:' AS other",
    "ATTACH '{file}' AS other",
    "VACUUM INTO '{file}.stolen'",
    "CREATE TEMP VIEW mine AS SELECT * FROM main.family",
    "CREATE TEMP TABLE mine AS SELECT * FROM main.family",
    "CREATE TEMP TRIGGER mine INSTEAD OF UPDATE ON client_note BEGIN SELECT 1; END",
    "DROP VIEW family",
    "DROP VIEW temp.visit",
    "EXPLAIN SELECT * FROM family",
    "EXPLAIN QUERY PLAN SELECT * FROM family",
    "SELECT load_extension('x')",
    "INSERT INTO main.client_note SELECT * FROM main.client_note",
    "REPLACE INTO family SELECT * FROM main.family",
    "DELETE FROM main.client_note",
    "UPDATE main.visit SET therapist_id = 'maya'",
    "ANALYZE main.visit",
]

ON_POSTGRES = [
    "SET ROLE {owner}; SELECT name FROM family",
    "SET LOCAL ROLE {owner}; SELECT sum(price_cents) FROM visit",
    "RESET ROLE; SELECT name FROM family",
    "SET ROLE NONE; SELECT name FROM family",
    "SET SESSION AUTHORIZATION keeper",
    "SET ROLE keeper",
    "SET row_security = off; SELECT name FROM family",
    "SET LOCAL allay.scope = ''; SELECT name FROM family",
    "RESET allay.scope; SELECT name FROM family",
    "RESET ALL; SELECT name FROM family",
    (
        "SELECT set_config('allay.scope', repeat('0', 64) || E'{forged}', true); "
        "SELECT name FROM family"
    ),
    (
        "SELECT set_config('allay.scope', left(current_setting('allay.scope'), 64) || E'{forged}', "
        "true); SELECT name FROM family"
    ),
    (
        "SELECT set_config('allay.scope', replace(current_setting('allay.scope'), 'maya', 'ines'), "
        "true); SELECT name FROM family"
    ),
    (
        "SELECT set_config('allay.scope', replace(current_setting('allay.scope'), 'therapist', "
        "'owner'), true); SET LOCAL ROLE {owner}; SELECT name FROM family"
    ),
    "SELECT key FROM gate.held",
    "SELECT gate.told('owner', 2) AS practice",
    "SELECT * FROM gate.form_asked()",
    "CREATE OR REPLACE FUNCTION gate.told(text, int) RETURNS text LANGUAGE sql AS $$ SELECT '' $$",
    "ALTER TABLE family DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE family NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY therapist_select ON family",
    "CREATE POLICY mine ON family USING (true)",
    "GRANT SELECT ON week_note TO PUBLIC; SELECT text FROM week_note",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "COPY family TO STDOUT",
    "COPY (SELECT price_cents FROM visit) TO STDOUT",
    "COPY family TO PROGRAM 'cat'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT rolpassword FROM pg_authid",
    "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'family'",
    "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
    "LISTEN family",
    "PREPARE mine AS SELECT * FROM week_note; EXECUTE mine",
    "DO $$ BEGIN PERFORM text FROM week_note; END $$",
    (
        "CREATE FUNCTION pg_temp.leak(told text) RETURNS boolean LANGUAGE plpgsql COST 0.00001 "
        "AS $$ BEGIN RAISE NOTICE 'leaked %', told; RETURN true; END $$; "
        "SELECT count(*) FROM family WHERE pg_temp.leak(name) AND name = 'nobody'"
    ),
    "CREATE TEMP TABLE family AS SELECT * FROM public.family; SELECT name FROM family",
    "CREATE TEMP VIEW mine AS SELECT * FROM public.week_note; SELECT * FROM mine",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$",
    "SET search_path = pg_temp; SELECT name FROM public.family",
    "CREATE EXTENSION dblink",
    "BEGIN; COMMIT; SELECT name FROM family",
    "SAVEPOINT a; SELECT name FROM family; ROLLBACK TO a",
    "TRUNCATE family",
    "LOCK TABLE family IN ACCESS EXCLUSIVE MODE",
]


@pytest.fixture
def crowded(scope):
    """The owner's scope of a practice with three therapists and rows in every table."""
    fill(scope)
    return scope


def maya(scope):
    """Return Maya's scope."""
    return replace(scope, viewer=Viewer("therapist", MAYA))


def hers(scope):
    """Return the numbers of Maya's families, slowly."""
    with scope.read() as conn:
        rows = conn.execute(select(visit.c.family_id, visit.c.therapist_id, visit.c.state))
        return {int(r.family_id[1:]) for r in rows if r.therapist_id == MAYA and r.state in MET}


def everything(scope):
    """Return all rows of the database, whoever's they are."""
    with database_itself(scope) as conn:
        return {
            name: sorted(map(repr, conn.execute(select(table)).all()))
            for name, table in metadata.tables.items()
            # Each attempt is counted and told of in the trail.
            if name not in ("practice", "audit")
        }


def ask(conn, statement):
    """Return all that a hostile statement gives back; refused, nothing."""
    driver = conn.connection.driver_connection
    told = []
    if conn.dialect.name == "postgresql":
        driver.add_notice_handler(lambda notice: told.append(notice.message_primary))
        cursor = driver.cursor()
        if "COPY" in statement and "STDOUT" in statement:
            with cursor.copy(statement) as copy:
                return [bytes(part).decode() for part in copy]
        cursor.execute(statement)
        while True:
            if cursor.description:
                told += cursor.fetchall()
            if not cursor.nextset():
                return told
    found = conn.exec_driver_sql(statement)
    return found.all() if found.returns_rows else []


def statements(engine_kind):
    """Return the hostile statements of one engine."""
    return [*EITHER, *(ON_SQLITE if engine_kind == "sqlite" else ON_POSTGRES)]


def filled_in(scope, statement):
    """Return a statement with the names it speaks of."""
    sqlite = scope.database_url.startswith("sqlite")
    held = "" if sqlite else scope._database._held.role("owner")
    return (
        statement.replace("{base}", "main." if sqlite else "public.")
        .replace("{practice}", scope.practice_id)
        .replace("{owner}", held)
        .replace("{forged}", rf"owner\x1f{scope.practice_id}\x1f\x1f\x1f")
        .replace("{file}", scope.database_url.removeprefix("sqlite:///"))
    )


def gained(told, mine):
    """Return what an answer holds of families that are not hers, or of money."""
    found = {int(n) for n in re.findall(r"(?:Name|Baby|secret |goals |NICU )(\d+)", str(told))}
    words = re.findall(r"Raise prices|Name1\b.*json|paid \d+", str(told))
    fields = [field for row in told if not isinstance(row, str) for field in row]
    # What is sent as text is one number a line.
    fields += [int(row) for row in told if isinstance(row, str) and row.strip().isdigit()]
    most = (CENTS + VISITS) * VISITS
    money = [
        field for field in fields if isinstance(field, int | Decimal) and CENTS <= field <= most
    ]
    return [*sorted(found - mine), *words, *money]


def test_whatever_she_runs_she_gains_and_changes_nothing(crowded, engine_kind):
    before, mine = everything(crowded), hers(crowded)
    assert MINE in mine
    assert HIDDEN not in mine
    refused = 0
    for statement in statements(engine_kind):
        said = filled_in(crowded, statement)
        for session in (maya(crowded).read, lambda: maya(crowded).write("pry", f"f{MINE}")):
            told = []
            with suppress(DBAPIError, NotAllowed, psycopg.Error), session() as conn:
                try:
                    told = ask(conn, said)
                except Exception:
                    refused += 1
                    raise
                finally:
                    # Whatever it did, what comes after it in this transaction gains nothing.
                    with suppress(Exception):
                        told += ask(conn, "SELECT name FROM family")
                conn.rollback()
            assert gained(told, mine) == [], said
        with maya(crowded).read() as conn:
            found = conn.execute(select(func.count()).select_from(family)).scalar_one()
        assert found == len(mine), said
    assert everything(crowded) == before
    assert refused > len(statements(engine_kind))


def test_the_check_itself_sees_a_gain(crowded):
    with crowded.read() as conn:
        told = ask(conn, "SELECT name FROM family")
        assert len(gained(told, hers(crowded))) == FAMILIES - len(hers(crowded))
        for money in (
            "price_cents FROM daily",
            "sum(price_cents) FROM daily",
            "extra FROM booking",
        ):
            assert gained(ask(conn, f"SELECT {money}"), hers(crowded)), money
    uuid = "2b1f09c4-9397-4680-9917-073014401500"
    assert gained([(uuid, VISITS, 0.5, None), uuid, "9397"], hers(crowded)) == []


def test_what_a_step_of_the_practice_ran_does_not_run_again_for_her(crowded):
    """SQLite asks its guard when a statement is prepared: a prepared one must not pass twice."""
    heard = []

    def keep(_conn, _cursor, statement, parameters, *_rest):
        heard.append((statement, parameters))

    with maya(crowded).write("pry", f"f{MINE}") as conn:
        event.listen(Engine, "before_cursor_execute", keep)
        with maya(crowded).elevate(conn, "derive"):
            everything_ = conn.execute(select(family.c.name)).all()
        event.remove(Engine, "before_cursor_execute", keep)
        assert len(everything_) == FAMILIES
        ((statement, parameters),) = heard
        try:
            told = conn.exec_driver_sql(statement, parameters).all()
        except NotAllowed:
            told = []
        assert gained(told, hers(crowded)) == []


def test_a_write_through_her_view_is_not_repeated_past_it(crowded):
    """What writes for her behind a view says words of its own each time."""
    if not crowded.database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL has no views before its tables")
    before = everything(crowded)["client_tag"]
    tag = {"client_id": "c0", "tag": "Reflux", "tagged_at": 0}
    for client_id in ("c0", "c2"):
        with suppress(NotAllowed), maya(crowded).write("pry", f"f{MINE}") as conn:
            names = "practice_id, client_id, tag, tagged_at"
            conn.exec_driver_sql(
                f"INSERT INTO main.client_tag ({names}) VALUES (?, ?, ?, ?)",
                (crowded.practice_id, client_id, tag["tag"], 0),
            )
    assert everything(crowded)["client_tag"] == before


def test_she_writes_in_the_one_family_that_she_writes_in(crowded):
    mine = sorted(hers(crowded))
    one, other = mine[0], mine[1]
    with maya(crowded).write("write a note", f"f{one}") as conn:
        key = client_note.c.client_id == f"c{one}"
        conn.execute(client_note.update().where(key).values(text="Knock"))
    with maya(crowded).write("write a note", f"f{one}") as conn, suppress(NotAllowed):
        key = client_note.c.client_id == f"c{other}"
        conn.execute(client_note.update().where(key).values(text="Knock"))
    with crowded.read() as conn:
        told = dict(map(tuple, conn.execute(select(client_note.c.client_id, client_note.c.text))))
    assert told[f"c{one}"] == "Knock"
    assert told[f"c{other}"] == f"secret {other}"
    row = {"practice_id": crowded.practice_id, "client_id": f"c{other}", "tag": "x"}
    with pytest.raises(NotAllowed), maya(crowded).write("tag", f"f{one}") as conn:
        conn.execute(insert(metadata.tables["client_tag"]).values(**row, tagged_at=0))


def test_a_scope_stolen_from_another_transaction_is_forged(crowded):
    if crowded.database_url.startswith("sqlite"):
        pytest.skip("on SQLite the scope is in no statement")
    said = "SELECT current_setting('allay.scope')"
    with crowded.read() as conn:
        stolen = [conn.exec_driver_sql(said).scalar_one()]
    with crowded.read() as owners, maya(crowded).read():
        stolen.append(owners.exec_driver_sql(said).scalar_one())
    owner = crowded._database._held.role("owner")
    for row in stolen:
        with maya(crowded).read() as conn:
            driver = conn.connection.driver_connection
            driver.execute("SELECT set_config('allay.scope', %s, true)", (row,))
            driver.execute(f'SET LOCAL ROLE "{owner}"')
            with pytest.raises(psycopg.Error, match="forged"):
                driver.execute("SELECT name FROM family")
            conn.rollback()


def test_nobody_asks_without_a_scope(crowded):
    for writes in (False, True):
        engine = crowded._database.engine("therapist", writes=writes)
        with pytest.raises(NotAllowed, match="Nobody asks"), engine.connect() as conn:
            conn.exec_driver_sql("SELECT name FROM family")


def test_threads_on_pooled_connections_never_see_each_others_rows(crowded):
    viewers = [OWNER, Viewer("therapist", MAYA), Viewer("therapist", INES),
               Viewer("therapist", "nobody"), Viewer("form", link="hash2")]  # fmt: skip
    seen = select(metadata.tables["client"].c.id)
    expected = {}
    for viewer in viewers:
        with replace(crowded, viewer=viewer).read() as conn:
            expected[viewer] = sorted(conn.execute(seen).scalars())
    assert len({tuple(answer) for answer in expected.values()}) == len(viewers)

    def pry(number):
        chance = Random(number)
        for _ in range(40):
            viewer = chance.choice(viewers)
            with suppress(ZeroDivisionError), replace(crowded, viewer=viewer).read() as conn:
                assert sorted(conn.execute(seen).scalars()) == expected[viewer]
                if chance.random() < 0.3:
                    raise ZeroDivisionError
        return True

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(pry, range(8)))


@pytest.mark.parametrize("link", ["", "hash", "hash2' OR '1'='1", "hash99"])
def test_a_wrong_link_opens_nothing(crowded, link):
    with replace(crowded, viewer=Viewer("form", link=link)).read() as conn:
        for name in ("check_in", "client", "answer", "red_flag", "client_detail"):
            assert conn.execute(select(metadata.tables[name].c.practice_id)).all() == []


def test_a_link_opens_its_check_in_and_nothing_beside_it(crowded):
    form = replace(crowded, viewer=Viewer("form", link="hash2"))
    with form.read() as conn:
        found = {
            name: len(conn.execute(select(metadata.tables[name].c.practice_id)).all())
            for name in ("check_in", "client", "answer", "red_flag", "client_detail")
        }
        assert set(found.values()) == {1}
    for name in (
        *("family", "visit", "booking", "daily", "client_note", "therapist", "audit", "outbox"),
    ):
        with pytest.raises(NotAllowed), form.read() as conn:
            conn.execute(select(metadata.tables[name].c.practice_id)).all()


def test_the_door_reads_accounts_and_nothing_of_families(crowded):
    door = replace(crowded, viewer=Viewer("door"))
    for name in metadata.tables:
        asked = select(metadata.tables[name].c.practice_id)
        if name in ("practice", "person", "recovery_code", "device", "login_session"):
            with door.read() as conn:
                conn.execute(asked).all()
        else:
            with pytest.raises(NotAllowed), door.read() as conn:
                conn.execute(asked).all()
