"""Who a family is and who was cared for, from its bookings and visits."""

import re
from typing import Any

import pandas as pd

from allay_metrics.records.keys import key_of

_BETWEEN_NAMES = re.compile(r"\s*(?:,|;|/|&|\+|\band\b|\by\b)\s*", re.IGNORECASE)


def infants(text: str | None) -> list[str]:
    """Return the infants' names in an answer such as `Mia & Leo`."""
    return [name for name in _BETWEEN_NAMES.split(text.strip()) if name] if text else []


def clients_of(
    practice_id: str, rows: pd.DataFrame, visits: pd.DataFrame
) -> tuple[dict[str, tuple[str, str, str, str | None]], list[tuple[str, str]]]:
    """Return the clients (id to family, name, kind, birth date), and (visit id, client id) pairs.

    A massage is for the parent who booked; any other visit is for the infants named in the
    booking, or for whom it names where no infant is.
    """
    slots = ["family_id", "therapist", "starts_at", "state"]
    visit_ids = dict(
        zip(visits[slots].itertuples(index=False, name=None), visits["id"], strict=True)
    )
    clients: dict[str, tuple[str, str, str, str | None]] = {}
    seen: dict[tuple[str, str], None] = {}
    columns = [*slots, "client_name", "infant_names", "infant_born", "visit_type"]
    for *slot, name, infant_names, born, visit_type in rows[columns].itertuples(
        index=False, name=None
    ):
        named = [] if visit_type == "massage" else infants(infant_names)
        kind = "infant" if named else "parent"
        for person in named or [name]:
            id_ = key_of(practice_id, "client", slot[0], person.casefold())
            told = born.isoformat() if born and kind == "infant" else None
            if id_ not in clients or (told and not clients[id_][3]):
                clients[id_] = (slot[0], person, kind, told)
            seen[(visit_ids[tuple(slot)], id_)] = None
    return clients, list(seen)


def family_facts(rows: pd.DataFrame, visits: pd.DataFrame) -> list[dict[str, Any]]:
    """Return name, contacts, first, last and next day of each family.

    `rows` are its bookings with their state, `visits` its visits sorted by start.
    """
    rows = rows.sort_values("starts_at", kind="stable")
    newest = rows.groupby("family_id", sort=False)
    facts = pd.DataFrame(
        {
            "name": newest["client_name"].last().map(_family_name),
            "email": newest["email"].last(),
            "phone": newest["phone"].last(),
        }
    )
    done = visits[visits["state"].eq("completed")].groupby("family_id", sort=False)["day"]
    ahead = visits[visits["state"].eq("booked")].groupby("family_id", sort=False)["day"]
    facts["first_on"] = done.first()
    facts["last_on"] = done.last()
    facts["next_on"] = ahead.first()
    facts = facts.astype(object).where(facts.notna(), None)
    told = zip(facts.index, facts.itertuples(index=False, name=None), strict=True)
    return [{"family_id": id_, **dict(zip(facts.columns, row, strict=True))} for id_, row in told]


def _family_name(name: str) -> str:
    return name.rpartition(" ")[2] or name


def referral_sources(rows: pd.DataFrame) -> pd.Series:
    """Return by family how it first said it heard of the practice."""
    told = rows[rows["referral_source"].notna()].sort_values("starts_at", kind="stable")
    return told.groupby("family_id", sort=False)["referral_source"].first()
