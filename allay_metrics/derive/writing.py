"""Writes what was derived for some families in place of what stood there."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from allay_metrics.records.bulk import among, insert_rows
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import city, client, family, therapist, visit, visit_client

_PLAIN = (
    "id",
    "family_id",
    "therapist_id",
    "source",
    "city",
    "visit_type",
    "second_type",
    "state",
    "weekday",
    "starts_at",
    "ends_at",
    "minutes",
    "row_count",
    "assumed",
    "city_how",
    "price_cents",
    "as_of",
    "referral_source",
    "is_first",
    "is_first_of_type",
    "is_last",
    "continued",
    "rebooked",
    "before_close",
    "told_1",
    "told_2",
)
_DAYS = {"day": "day_number", "week": "week_number", "booked_on": "booked_number"}


def drop_visits(conn: Connection, practice_id: str, families: Sequence[str]) -> set[Any]:
    """Delete the visits of these families; return the days they stood on."""
    mine = (visit.c.practice_id == practice_id) & visit.c.family_id.in_(among(conn, families))
    days = set(conn.execute(select(visit.c.day).where(mine).distinct()).scalars())
    if days:
        theirs = visit_client.c.visit_id.in_(select(visit.c.id).where(mine))
        conn.execute(delete(visit_client).where(visit_client.c.practice_id == practice_id, theirs))
        conn.execute(delete(visit).where(mine))
    return days


def write_visits(conn: Connection, practice_id: str, visits: pd.DataFrame) -> None:
    """Insert visits that carry every flag; `therapist` is a name."""
    ids = _keep_therapists(conn, practice_id, visits["therapist"].unique().tolist())
    _keep_cities(conn, practice_id, visits[["city", "county"]].drop_duplicates())
    visits = visits.assign(therapist_id=visits["therapist"].map(ids))
    columns = {name: visits[name].tolist() for name in _PLAIN}
    columns |= {name: _iso(visits[number].to_numpy()) for name, number in _DAYS.items()}
    columns["month"] = [day[:8] + "01" for day in columns["day"]]
    columns["wait_days"] = [
        day - booked if booked >= 0 else None
        for day, booked in zip(
            visits["day_number"].tolist(), visits["booked_number"].tolist(), strict=True
        )
    ]
    practice = [practice_id] * len(visits)
    rows = list(zip(practice, *columns.values(), strict=True))
    insert_rows(conn, visit, ("practice_id", *columns), rows)


def _iso(numbers: np.ndarray) -> list[str | None]:
    texts = np.datetime_as_string(numbers.astype("datetime64[D]")).tolist()
    return [text if n >= 0 else None for text, n in zip(texts, numbers.tolist(), strict=True)]


def _keep_therapists(conn: Connection, practice_id: str, names: list[str]) -> dict[str, str]:
    mine = therapist.c.practice_id == practice_id
    known = {
        r.name: r.id for r in conn.execute(select(therapist.c.name, therapist.c.id).where(mine))
    }
    new = [name for name in names if name not in known]
    rows = [
        {"practice_id": practice_id, "id": key_of(practice_id, "therapist", name), "name": name}
        for name in new
    ]
    if rows:
        conn.execute(insert(therapist), rows)
    return known | {str(row["name"]): row["id"] for row in rows}


def _keep_cities(conn: Connection, practice_id: str, shown: pd.DataFrame) -> None:
    mine = city.c.practice_id == practice_id
    known = set(conn.execute(select(city.c.name).where(mine)).scalars())
    rows = [
        {
            "practice_id": practice_id,
            "name": name,
            "kind": "ambiguous",
            "county": county,
            "label_side": "r",
        }
        for name, county in shown.itertuples(index=False)
        if name not in known
    ]
    if rows:
        conn.execute(insert(city), rows)


def write_families(conn: Connection, practice_id: str, facts: list[dict[str, Any]]) -> None:
    """Keep each family's name, contacts and days; `family_id` names it."""
    columns = ("name", "email", "phone", "first_on", "last_on", "next_on")
    keep = (
        update(family)
        .where(family.c.practice_id == practice_id, family.c.id == bindparam("family_id"))
        .values({name: bindparam(name) for name in columns})
    )
    if facts:
        conn.execute(keep, facts)


def write_clients(
    conn: Connection,
    practice_id: str,
    clients: dict[str, tuple[str, str, str, str | None]],
    seen: list[tuple[str, str]],
) -> None:
    """Keep the clients (id to family, name, kind, birth date) and who was seen in which visit."""
    mine = client.c.practice_id == practice_id
    asked = select(client.c.id, client.c.kind, client.c.born_on)
    there = {
        row.id: (row.kind, row.born_on.isoformat() if row.born_on else None)
        for row in conn.execute(asked.where(mine, client.c.id.in_(among(conn, clients))))
    }
    new = [(practice_id, id_, *told) for id_, told in clients.items() if id_ not in there]
    columns = ("practice_id", "id", "family_id", "name", "kind", "born_on")
    insert_rows(conn, client, columns, new)
    changed = [
        {"client_id": id_, "kind": told[2], "born_on": told[3]}
        for id_, told in clients.items()
        if id_ in there and there[id_] != told[2:]
    ]
    if changed:
        keep = update(client).where(mine, client.c.id == bindparam("client_id"))
        conn.execute(keep.values(kind=bindparam("kind"), born_on=bindparam("born_on")), changed)
    rows = [(practice_id, visit_id, client_id) for visit_id, client_id in seen]
    insert_rows(conn, visit_client, ("practice_id", "visit_id", "client_id"), rows)


def drop_leftovers(conn: Connection, practice_id: str, families: Sequence[str]) -> None:
    """Delete clients nobody visits, families without a booking, and unused names of places.

    They are what an undone import or a settled match leaves behind.
    """
    from allay_metrics.records.tables import booking

    theirs = client.c.family_id.in_(among(conn, families))
    seen = select(visit_client.c.client_id).where(visit_client.c.practice_id == practice_id)
    mine = client.c.practice_id == practice_id
    conn.execute(delete(client).where(mine, theirs, client.c.id.not_in(seen)))
    booked = select(booking.c.family_id).where(
        booking.c.practice_id == practice_id, booking.c.family_id.in_(among(conn, families))
    )
    gone = family.c.id.in_(among(conn, families)) & family.c.id.not_in(booked)
    conn.execute(delete(family).where(family.c.practice_id == practice_id, gone))
