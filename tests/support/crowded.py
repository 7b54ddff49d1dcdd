"""A practice of three therapists with rows in every table that tells of families: for prying."""

from datetime import date, timedelta
from random import Random

from sqlalchemy import insert

from allay_metrics.records.column_types import Cents, LocalDate, Real
from allay_metrics.records.tables import metadata

MAYA, INES, NOOR = "maya", "ines", "noor"
STATES = ("completed", "booked", "no_show", "unmarked", "cancelled", "late_cancelled",
          "practice_cancelled", "rescheduled", "missing")  # fmt: skip
# A missing visit is nobody's word that it was called off.
MET = (*STATES[:4], "missing")
FAMILIES, VISITS = 40, 120
FIRST = date(2026, 3, 2)
CENTS = 7_301_440  # of the cheapest visit: nothing else here is as large, neither count nor key


def row(table, **given):
    """Return a row of a table: what is given, and something in every column that must be told."""
    filled = {}
    for column in metadata.tables[table].columns:
        if column.nullable or column.server_default is not None:
            continue
        if isinstance(column.type, LocalDate):
            filled[column.name] = FIRST
        elif isinstance(column.type, type(Real)):
            filled[column.name] = 0.0
        else:
            filled[column.name] = "" if column.type.python_type is str else 0
    return {**filled, **given}


def fill(scope, families=FAMILIES, visits=VISITS):
    """Put the practice on file; each family is visited by one therapist or several."""
    chance = Random(20261128)
    put = {name: [] for name in metadata.tables}
    day = [FIRST + timedelta(days=n) for n in range(60)]
    for name in (MAYA, INES, NOOR):
        put["therapist"].append(row("therapist", id=name, name=name.title()))
        put["offered_hours"].append(row("offered_hours", therapist_id=name, minutes=600))
    for n in range(families):
        _family(put, n)
    for n in range(visits):
        whose = chance.randrange(families)
        # Of every four families one is Maya's, one Ines's, one nobody's of these, one everybody's.
        who = (MAYA, INES, NOOR, chance.choice((MAYA, INES, NOOR)))[whose % 4]
        state, cents = chance.choice(STATES), CENTS + n
        on = chance.choice(day)
        told = {"day": on, "state": state, "therapist_id": who, "price_cents": cents}
        put["visit"].append(row("visit", id=f"v{n}", family_id=f"f{whose}", minutes=30 + n, **told))
        put["visit_client"].append(row("visit_client", visit_id=f"v{n}", client_id=f"c{whose}"))
        more = {"price_cents": cents, "extra": f"paid {cents}", "notes": f"Gate {n}"}
        put["booking"].append(
            row("booking", id=f"b{n}", source_key=str(n), family_id=f"f{whose}", **more)
        )
        said = {"level": "none", "reason": f"reason {n}", "set_by": who, "set_at": n}
        put["family_contact"].append(row("family_contact", booking_id=f"b{n}", **said))
        sums = {"visits": 1, "minutes": 30 + n, "driven_cents": cents}
        put["daily"].append(row("daily", city=str(n), **told, **sums))
        put["daily_city"].append(
            row("daily_city", city=str(n), day=on, visits=1, price_cents=cents)
        )
    with scope.write("fill the practice") as conn:
        for table in metadata.sorted_tables:
            if rows := put[table.name]:
                mine = {"practice_id": scope.practice_id}
                conn.execute(insert(table), [{**values, **mine} for values in rows])


def _family(put, n):
    """Add a family with a client and everything that is kept of one."""
    told = {"client_id": f"c{n}"}
    put["family"].append(row("family", id=f"f{n}", match_key=f"k{n}", name=f"Name{n}"))
    put["client"].append(row("client", id=f"c{n}", family_id=f"f{n}", name=f"Baby{n}"))
    put["client_note"].append(row("client_note", text=f"secret {n}", **told))
    put["client_tag"].append(row("client_tag", tag=f"NICU {n}", **told))
    put["care_closed"].append(row("care_closed", reason=f"goals {n}", **told))
    put["client_detail"].append(row("client_detail", gestation_weeks=30 + n % 10, **told))
    put["episode"].append(row("episode", id=f"e{n}", visits=n, **told))
    link = {"token_hash": f"hash{n}", "source": "form", "source_key": str(n)}
    put["check_in"].append(row("check_in", id=f"q{n}", **told, **link))
    put["answer"].append(row("answer", check_in_id=f"q{n}", measure="pain", value=n + 0.5))
    put["red_flag"].append(row("red_flag", check_in_id=f"q{n}", sign=n % 4))
    mail = {"check_in_id": f"q{n}", "sign": n % 4, "recipient": f"reader{n}@care.test"}
    put["outbox"].append(row("outbox", id=f"m{n}", kind="raised", due_at=n, **mail))
    put["set_aside"].append(row("set_aside", import_id="i", row_number=n, raw=f"Name{n}"))
    put["family_link"].append(row("family_link", match_key=f"k{n}", client_name=f"Name{n}"))
    if not n:
        put["import"].append(row("import", id="i", file_name="Name0.csv", warnings='["Name1"]'))
        put["week_note"].append(row("week_note", text="Raise prices"))
        put["goal"].append(row("goal", metric="visit_value", value=9.0))


def money(table):
    """Return the columns that hold cents."""
    columns = metadata.tables[table].columns
    return {column.name for column in columns if isinstance(column.type, Cents)}
