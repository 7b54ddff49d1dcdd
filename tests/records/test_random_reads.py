"""Two thousand random questions of two therapists, against an obvious reading of what is theirs."""

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import func, select, union_all

from allay_metrics.records import Viewer
from allay_metrics.records.tables import metadata
from tests.support.crowded import FAMILIES, INES, MAYA, MET, VISITS, fill, money

EACH = 1_000
OF_FAMILY = ("visit", "booking", "client")
OF_CLIENT = ("client_note", "client_tag", "care_closed", "client_detail", "episode", "check_in",
             "visit_client")  # fmt: skip
OF_BOOKING = ("family_contact",)
OF_CHECK_IN = ("answer", "red_flag", "outbox")
HERS = ("daily", "offered_hours")
HIDDEN = {"booking": {"extra", "row_hash"}, "outbox": {"recipient", "claimed_by"}}
ASKED = (*OF_FAMILY, *OF_CLIENT, *OF_BOOKING, *OF_CHECK_IN, *HERS, "family")


def everything(scope):
    """Return all rows of the tables asked of, as the owner reads them."""
    with scope.read() as conn:
        return {
            name: [dict(r) for r in conn.execute(select(metadata.tables[name])).mappings()]
            for name in ASKED
        }


def plain(rows, who):
    """Return the rows that are this therapist's to see: slowly, and plainly."""
    met = {v["family_id"] for v in rows["visit"] if v["therapist_id"] == who and v["state"] in MET}
    clients = {c["id"] for c in rows["client"] if c["family_id"] in met}
    forms = {q["id"] for q in rows["check_in"] if q["client_id"] in clients}
    hers = {"family": [r for r in rows["family"] if r["id"] in met]}
    for name in OF_FAMILY:
        hers[name] = [r for r in rows[name] if r["family_id"] in met]
    hers["visit"] = [r for r in rows["visit"] if r["family_id"] in met or r["therapist_id"] == who]
    for name in OF_CLIENT:
        hers[name] = [r for r in rows[name] if r["client_id"] in clients]
    bookings = {b["id"] for b in hers["booking"]}
    for name in OF_BOOKING:
        hers[name] = [r for r in rows[name] if r["booking_id"] in bookings]
    for name in OF_CHECK_IN:
        hers[name] = [r for r in rows[name] if r["check_in_id"] in forms]
    for name in HERS:
        hers[name] = [r for r in rows[name] if r["therapist_id"] == who]
    return hers


def columns(name):
    """Return the columns a therapist reads of a table."""
    hidden = money(name) | HIDDEN.get(name, set())
    return [column for column in metadata.tables[name].columns if column.name not in hidden]


def listed(chance, name, hers):
    """Return a SELECT of some rows, and what it is to give."""
    told = chance.sample(columns(name), 3)
    by, value = _filter(chance, name, hers)
    asked = select(*told).where(by == value)
    found = [r for r in hers[name] if r[by.name] == value]
    return asked, [tuple(r[column.name] for column in told) for r in found]


def counted(chance, name, hers):
    """Return a SELECT that counts and sums by a column, and what it is to give."""
    by = chance.choice(columns(name))
    whole = [c for c in columns(name) if c.type.python_type is int] or [None]
    added = chance.choice(whole)
    asked = select(by, func.count(), func.coalesce(func.sum(added) if added is not None else 0, 0))
    groups = {}
    for r in hers[name]:
        count, total = groups.get(r[by.name], (0, 0))
        amount = (r[added.name] or 0) if added is not None else 0
        groups[r[by.name]] = count + 1, total + amount
    return asked.group_by(by), [(key, *sums) for key, sums in groups.items()]


def joined(chance, _name, hers):
    """Return a SELECT of families beside their visits, and what it is to give."""
    family, visit = metadata.tables["family"], metadata.tables["visit"]
    state = chance.choice([*MET, "cancelled"])
    asked = select(family.c.name, visit.c.id).where(
        family.c.id == visit.c.family_id, visit.c.state == state
    )
    names = {r["id"]: r["name"] for r in hers["family"]}
    told = [r for r in hers["visit"] if r["state"] == state and r["family_id"] in names]
    return asked, [(names[r["family_id"]], r["id"]) for r in told]


def united(chance, name, hers):
    """Return a UNION of a table's rows with another's, and what it is to give."""
    other = chance.choice(ASKED)
    one, two = (chance.choice([c for c in columns(t) if c.type.python_type is str])
                for t in (name, other))  # fmt: skip
    found = [(r[one.name],) for r in hers[name]] + [(r[two.name],) for r in hers[other]]
    return union_all(select(one), select(two)), found


def beneath(chance, _name, hers):
    """Return a SELECT by a subquery of other rows, and what it is to give."""
    client = metadata.tables["client"]
    of = chance.choice([t for t in OF_CLIENT if t != "visit_client"])
    told = metadata.tables[of]
    asked = select(func.count()).select_from(told).where(told.c.client_id.in_(select(client.c.id)))
    return asked, [(len(hers[of]),)]


def _filter(chance, name, hers):
    by = chance.choice([c for c in columns(name) if c.type.python_type is str])
    values = [r[by.name] for r in hers[name] if r[by.name] is not None] or ["nothing"]
    return by, chance.choice(values)


@pytest.mark.parametrize("who", [MAYA, INES])
def test_whatever_a_therapist_asks_she_gets_her_own_rows(scope, who):
    fill(scope)
    hers = plain(everything(scope), who)
    assert 0 < len(hers["family"]) < FAMILIES
    assert 0 < len(hers["visit"]) < VISITS
    chance, her_scope = Random(who), replace(scope, viewer=Viewer("therapist", who))
    shapes = (listed, counted, joined, united, beneath)
    with her_scope.read() as conn:
        for _ in range(EACH):
            asked, expected = chance.choice(shapes)(chance, chance.choice(ASKED), hers)
            found = [tuple(row) for row in conn.execute(asked)]
            assert sorted(map(repr, found)) == sorted(map(repr, expected)), str(asked)
