"""Random choices of an owner for Hypothesis, made through the actions; and what is on file of them.

Names, words and places are few, so that choices meet, overrule and undo one another.
"""

from datetime import UTC, datetime

from hypothesis import strategies as st
from sqlalchemy import select

from allay_metrics.actions.city_spellings import correct_city, drop_alias, set_alias
from allay_metrics.actions.family_decisions import keep_apart, merge, split
from allay_metrics.actions.overrides import OverrideChange
from allay_metrics.actions.type_words import drop_word, set_word
from allay_metrics.actions.visit_type_overrides import assign_type, correct_type, unassign_type
from allay_metrics.errors import Conflict
from allay_metrics.records.tables import (
    booking,
    city_alias,
    correction,
    coverage,
    family,
    family_link,
    therapist,
    type_name,
    type_word,
    visit,
)
from tests import plain_choices

WORDS = ("consult", "lactation", "prenatal", "infant")
NAMES = ("Consult", "infant  CST", "CST + Lactation")
SPELLINGS = ("Somewhere", "oakland")
CITIES = ("Oakland", "Berkeley", "San Jose", "virtual")
TYPES = ("cst", "lactation", "massage", "other", "massage+cst", "lactation+massage")
which = st.integers(0, 40)  # of whatever is on file
few = st.lists(which, min_size=1, max_size=3)
choices = st.one_of(
    st.tuples(
        st.just(set_word),
        st.sampled_from(WORDS),
        st.sampled_from(("cst", "lactation", "massage", "none")),
        st.sampled_from(("always", "unless_cst", "alone")),
    ),
    st.tuples(st.just(drop_word), st.sampled_from(WORDS)),
    st.tuples(st.just(assign_type), st.sampled_from(NAMES), st.sampled_from(TYPES)),
    st.tuples(st.just(unassign_type), st.sampled_from(NAMES)),
    st.tuples(st.just(set_alias), st.sampled_from(SPELLINGS), st.sampled_from(CITIES)),
    st.tuples(st.just(drop_alias), st.sampled_from(SPELLINGS)),
    st.tuples(st.just(correct_city), few, st.sampled_from((*CITIES, None))),
    st.tuples(st.just(correct_type), few, st.sampled_from((*TYPES, None))),
    st.tuples(st.just(merge), which, which),
    st.tuples(st.just(split), which, which),
    st.tuples(st.just(keep_apart), few),
)


def choose(scope, choice) -> OverrideChange | None:
    """Make a choice of what is on file; None where there is nothing to choose or it conflicts."""
    action, first, *rest = choice
    bookings, keys, names = _on_file(scope)
    if action in (correct_city, correct_type, merge, split, keep_apart) and not bookings:
        return None
    if action in (correct_city, correct_type):
        first = [bookings[n % len(bookings)] for n in first]
    elif action is keep_apart:
        first = [keys[n % len(keys)] for n in first]
    elif action in (merge, split):
        of = keys if action is merge else names
        first, rest = keys[first % len(keys)], [of[rest[0] % len(of)]]
    try:
        return action(scope, first, *rest)
    except Conflict:
        return None


def _on_file(scope):
    with scope.read() as conn:
        bookings = sorted(conn.execute(select(booking.c.id)).scalars())
        keys = sorted(conn.execute(select(family.c.match_key)).scalars())
        names = sorted(set(conn.execute(select(booking.c.client_name)).scalars()))
    return bookings, keys, names


def chosen(scope) -> plain_choices.Chosen:
    """Return the choices on file."""
    with scope.read() as conn:

        def rows(table):
            return conn.execute(select(table)).all()

        of = {"city": {}, "visit_type": {}}
        for row in rows(correction):
            of[row.field][row.booking_id] = row.value
        return plain_choices.Chosen(
            words={row.word: (row.visit_type, row.decides) for row in rows(type_word)},
            names={row.name: (row.visit_type, row.second_type) for row in rows(type_name)},
            aliases={row.spelling: row.city for row in rows(city_alias)},
            cities=of["city"],
            types={
                id_: tuple((*said.split("+"), "")[:2]) for id_, said in of["visit_type"].items()
            },
            links={(row.match_key, row.client_name): row.into_key for row in rows(family_link)},
        )


def told(scope) -> list[plain_choices.Booking]:
    """Return the bookings on file, all of which have an e-mail."""
    marks = select(coverage.c.import_id).where(coverage.c.kind == "attendance")
    with scope.read() as conn:
        marking = set(conn.execute(marks).scalars())
        return [
            plain_choices.Booking(
                id=row.id,
                key=f"e:{row.email}",
                name=row.client_name,
                therapist=row.therapist,
                start=_moment(row.starts_at),
                minutes=(row.ends_at - row.starts_at) // 60,
                as_of=_moment(row.as_of),
                attendance=row.current_import_id in marking,
                type_text=row.type_text,
                city_text=row.city_text,
                marked=row.marked,
                cancelled_at=None if row.cancelled_at is None else _moment(row.cancelled_at),
                cancelled_by=row.cancelled_by,
                absent=row.missing_from_import_id is not None,
            )
            for row in conn.execute(select(booking))
        ]


def derived(scope):
    """Return the visits on file in the shape of `plain_choices.visits`."""
    columns = [visit.c[n] for n in ("id", "state", "visit_type", "second_type", "city", "city_how")]
    asked = select(*columns, family.c.match_key).join(family, family.c.id == visit.c.family_id)
    asked = asked.join(therapist, therapist.c.id == visit.c.therapist_id)
    with scope.read() as conn:
        return {
            row.id: (
                row.match_key,
                row.state,
                (row.visit_type, row.second_type),
                row.city,
                row.city_how,
            )
            for row in conn.execute(asked)
        }


def _moment(seconds):
    return datetime.fromtimestamp(seconds, UTC)
