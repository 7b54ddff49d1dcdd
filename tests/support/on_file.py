"""What stands on file, as plain values a test can compare."""

from sqlalchemy import select

from allay_metrics.actions.care_closing import Closing
from allay_metrics.records import compute_row_hashes
from allay_metrics.records.tables import (
    answer,
    booking,
    check_in,
    client,
    correction,
    coverage,
    family,
    red_flag,
    therapist,
    visit,
)


def states(scope):
    """Return each visit's state by the source's id of its first booking."""
    by_key = select(booking.c.source_key, visit.c.state).join(visit, visit.c.id == booking.c.id)
    with scope.read() as conn:
        return dict(map(tuple, conn.execute(by_key.where(_mine(visit, scope)))))


def flagged(scope, flag):
    """Return the source's ids of the visits that bear a flag."""
    by_key = select(booking.c.source_key).join(visit, visit.c.id == booking.c.id)
    with scope.read() as conn:
        return set(conn.execute(by_key.where(_mine(visit, scope), visit.c[flag] == 1)).scalars())


def contacts(scope):
    """Return (name, e-mail, phone) of every family, in order."""
    asked = select(family.c.name, family.c.email, family.c.phone).where(_mine(family, scope))
    with scope.read() as conn:
        return sorted(map(tuple, conn.execute(asked)))


def visits(scope, *columns):
    """Return rows of these columns of every visit, in order of start, then city and id."""
    order = (visit.c.starts_at, visit.c.therapist_id, visit.c.id)
    asked = select(*(visit.c[name] for name in columns)).where(_mine(visit, scope))
    with scope.read() as conn:
        return [tuple(row) for row in conn.execute(asked.order_by(*order))]


def families(scope):
    """Return, by match key, the ids that bookings of the family have at their source."""
    asked = select(family.c.match_key, booking.c.source_key).join(
        booking,
        (booking.c.family_id == family.c.id) & (booking.c.practice_id == family.c.practice_id),
        isouter=True,
    )
    found = {}
    with scope.read() as conn:
        for match, key in conn.execute(asked.where(_mine(family, scope))):
            found.setdefault(match, set()).add(key)
    return found


def doubts(scope):
    """Return the owner's questions by match key."""
    asked = select(family.c.match_key, family.c.doubt).where(family.c.doubt.is_not(None))
    with scope.read() as conn:
        return dict(map(tuple, conn.execute(asked.where(_mine(family, scope)))))


def covered(scope):
    """Return (kind, first day, last day) of every file, as ISO text, in order."""
    columns = (coverage.c.kind, coverage.c.first_day, coverage.c.last_day)
    with scope.read() as conn:
        rows = conn.execute(select(*columns).where(_mine(coverage, scope))).all()
    return sorted((kind, str(first), str(last)) for kind, first, last in rows)


def bookings(scope, *columns):
    """Return rows of these columns of every booking, by the source's id."""
    asked = select(booking.c.source_key, *(booking.c[name] for name in columns))
    with scope.read() as conn:
        rows = conn.execute(asked.where(_mine(booking, scope)))
        return {row[0]: row[1] if len(columns) == 1 else tuple(row[1:]) for row in rows}


def clients(scope):
    """Return (name, kind) of every client, in order."""
    asked = select(client.c.name, client.c.kind).where(_mine(client, scope))
    with scope.read() as conn:
        return sorted(map(tuple, conn.execute(asked)))


def client_ids(scope, family_id):
    """Return the ids of a family's clients by name."""
    asked = select(client.c.name, client.c.id).where(client.c.family_id == family_id)
    with scope.read() as conn:
        return dict(map(tuple, conn.execute(asked.where(_mine(client, scope)))))


def closings(scope, family_id, on, reason="goals met"):
    """Return that the care of all of a family's clients ended on a day."""
    return [Closing(id_, on, reason) for id_ in client_ids(scope, family_id).values()]


def therapists(scope):
    """Return the names of all therapists, in order."""
    with scope.read() as conn:
        return sorted(
            conn.execute(select(therapist.c.name).where(_mine(therapist, scope))).scalars()
        )


def missing_ids(scope):
    """Return the ids of bookings that are missing."""
    asked = select(booking.c.id).where(
        _mine(booking, scope), booking.c.missing_from_import_id.is_not(None)
    )
    with scope.read() as conn:
        return list(conn.execute(asked).scalars())


def decided(scope):
    """Return the words of all decisions on file."""
    asked = select(correction.c.value).where(_mine(correction, scope))
    with scope.read() as conn:
        return sorted(conn.execute(asked).scalars())


def fingerprint(scope):
    """Return the hash of every table that an undo gives back."""
    return compute_row_hashes(scope)


def _mine(table, scope):
    return table.c.practice_id == scope.practice_id


def check_ins(scope, *columns):
    """Return rows of these columns of every check-in, in order of moment."""
    asked = select(*(check_in.c[name] for name in columns)).where(_mine(check_in, scope))
    with scope.read() as conn:
        return [tuple(row) for row in conn.execute(asked.order_by(check_in.c.due_on))]


def given(scope):
    """Return (value, text) by measure of every answer of the one check-in there is."""
    asked = select(answer.c.measure, answer.c.value, answer.c.text).where(_mine(answer, scope))
    with scope.read() as conn:
        return {row.measure: (row.value, row.text) for row in conn.execute(asked)}


def raised(scope):
    """Return the warning signs that were ticked."""
    with scope.read() as conn:
        return set(conn.execute(select(red_flag.c.sign).where(_mine(red_flag, scope))).scalars())
