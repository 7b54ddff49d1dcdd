"""From rows to visits: state, type and city of each row, and twins' rows made one visit."""

import pandas as pd

from allay_metrics.derive.city import place
from allay_metrics.derive.follow_ups import day_numbers
from allay_metrics.derive.history import fill_from_history
from allay_metrics.derive.state import state
from allay_metrics.derive.visit_type import shipped_words, visit_types
from allay_metrics.records.keys import key_of

SLOT = ["family_id", "therapist", "starts_at", "state"]


def derived_rows(bookings: pd.DataFrame) -> pd.DataFrame:
    """Return the bookings with state, assumed, types and place; those decided deleted are gone."""
    rows = bookings[[not (a and d == "deleted") for a, d in _absent_decided(bookings)]].copy()
    states = [
        ("cancelled", 0)
        if absent and decided == "cancelled"
        else state(
            marked=marked,
            cancelled_by=by,
            cancelled_at=at,
            starts_at=start,
            ends_at=end,
            as_of=as_of,
            absent=bool(absent) and decided != "kept",
            marks_attendance=marks,
        )
        for marked, by, at, start, end, as_of, absent, decided, marks in zip(
            rows["marked"],
            rows["cancelled_by"],
            rows["cancelled_at"],
            rows["starts_at"].tolist(),
            rows["ends_at"].tolist(),
            rows["as_of"].tolist(),
            rows["absent_by"],
            rows["decided"],
            rows["marks_attendance"],
            strict=True,
        )
    ]
    rows["state"] = [s for s, _ in states]
    rows["assumed"] = [assumed for _, assumed in states]
    words = shipped_words()
    types = [visit_types(text, words) for text in rows["type_text"]]
    rows["visit_type"] = [first for first, _ in types]
    rows["second_type"] = [second for _, second in types]
    texts = zip(rows["city_text"], rows["zip"], rows["address"], strict=True)
    places = fill_from_history(
        rows["family_id"].tolist(), rows["starts_at"].tolist(), [place(*text) for text in texts]
    )
    rows["city"] = [p.city for p in places]
    rows["city_how"] = [p.how for p in places]
    rows["therapist"] = [name or "unknown" for name in rows["therapist"]]
    return rows


def _absent_decided(bookings: pd.DataFrame) -> list[tuple[str | None, str | None]]:
    return list(zip(bookings["absent_by"], bookings["decided"], strict=True))


def visits_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per visit; `rows` come from `derived_rows`, in the order of their ids.

    Rows of one family, therapist, start and state are one visit: twins booked apart. It is called
    by its first row's id, costs what its rows cost together and lasts as long as the longest.
    """
    rows = rows.assign(row_count=1)
    twice = rows.duplicated(SLOT, keep=False)
    alone = rows[~twice]
    together = [_one_visit(group) for _, group in rows[twice].groupby(SLOT, sort=False)]
    if not together:
        return alone.reset_index(drop=True)
    columns = list(alone.columns)
    joined = pd.DataFrame(together, columns=columns).astype(alone.dtypes.to_dict())
    return pd.concat([alone, joined], ignore_index=True)


def _one_visit(group: pd.DataFrame) -> dict[str, object]:
    visit: dict[str, object] = {str(name): value for name, value in group.iloc[0].items()}
    prices = [price for price in group["price_cents"] if price is not None]
    named = [
        t for pair in zip(group["visit_type"], group["second_type"], strict=True) for t in pair
    ]
    types = list(dict.fromkeys(t for t in named if t))
    known = group[~group["city"].isin(["unknown"])]
    booked = [day for day in group["booked_on"] if day is not None]
    visit.update(
        row_count=len(group),
        ends_at=int(group["ends_at"].max()),
        minutes=int(group["minutes"].max()),
        as_of=int(group["as_of"].max()),
        assumed=int(group["assumed"].max()),
        price_cents=sum(prices) if prices else None,
        second_type=types[1] if len(types) > 1 else "",
        booked_on=min(booked) if booked else None,
    )
    if len(known):
        visit.update(city=known["city"].iloc[0], city_how=known["city_how"].iloc[0])
    return visit


def with_calendar(visits: pd.DataFrame) -> pd.DataFrame:
    """Return the visits with day, booking and week as day numbers, for follow_ups."""
    days = day_numbers(visits["day"].tolist())
    return visits.assign(
        day_number=days,
        booked_number=day_numbers(visits["booked_on"].tolist()),
        week_number=days - (days + 3) % 7,  # 1970-01-01 was a Thursday
        weekday=(days + 3) % 7,
    )


def therapist_ids(practice_id: str, names: set[str]) -> dict[str, str]:
    """Return each therapist's id by name."""
    return {name: key_of(practice_id, "therapist", name) for name in names}
