"""Practices with babies, concerns and check-ins, on file and as plain rows."""

from datetime import datetime, time, timedelta

from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from allay_metrics.derive import derive_all
from allay_metrics.derive.closing import DIED
from allay_metrics.records.tables import answer, booking, care_closed, check_in, visit, visit_client
from tests import plain_outcomes
from tests.support.practices import put_on_file


def put_babies_on_file(invented, babies, scope):
    """Put a practice on file whose families have babies: (family, names, born, concern) each."""
    put_on_file(invented, scope)
    with scope.write("name the babies") as conn:
        for family, names, born, concern in babies:
            told = {"infant_names": names, "infant_born": born, "concern": concern}
            whose = booking.c.email == f"{family.lower()}@example.org"
            conn.execute(update(booking).where(whose).values(told))
        derive_all(conn, scope.practice_id)


def stays_plainly(scope):
    """Return every client's stays from visits and closings alone."""
    seen = (
        select(visit_client.c.client_id, visit.c.day, visit.c.starts_at, booking.c.concern)
        .join(visit, visit.c.id == visit_client.c.visit_id)
        .join(booking, booking.c.id == visit.c.id)
        .where(visit.c.state == "completed")
    )
    shut = select(care_closed.c.client_id, care_closed.c.closed_on)
    with scope.read() as conn:
        visits = [plain_outcomes.Booked(*row) for row in conn.execute(seen)]
        closed = dict(map(tuple, conn.execute(shut)))
    died = died_plainly(scope)
    # No visit after a death is one of the baby who died, whatever the calendar says.
    visits = [v for v in visits if v.client not in died or v.day <= died[v.client]]
    return plain_outcomes.stays(visits, closed)


def died_plainly(scope):
    """Return the day by client of those who died."""
    shut = select(care_closed.c.client_id, care_closed.c.closed_on, care_closed.c.reason)
    with scope.read() as conn:
        rows = conn.execute(shut).all()
    return {row.client_id: row.closed_on for row in rows if row.reason == DIED}


MEASURES = ("cry_min", "feed_ease", "parent_pain", "top_concern", "tummy")
check_ins = st.lists(
    st.tuples(
        st.integers(0, 30),  # whose: a place among the stays, or nobody's
        st.integers(-16, 75),  # days after the first visit
        st.sampled_from((9 * 3600, 9 * 3600 + 1, 15 * 3600)),  # of that day
        st.booleans(),  # answered
        st.sampled_from((1, 1, 1, 0)),  # counted in totals
        st.fixed_dictionaries({m: st.integers(0, 10) for m in MEASURES}),
        st.sampled_from(("B1", "day28")),
    ),
    max_size=40,
)


def put_check_ins_on_file(scope, stays, drawn):
    """Keep the drawn check-ins about these stays; return them as plain rows."""
    told = []
    with scope.write("answer") as conn:
        for number, (who, after, clock, given, counted, values, moment) in enumerate(drawn):
            if who >= len(stays):
                continue
            stay = stays[who]
            on = stay.first + timedelta(days=after)
            at = int(datetime.combine(on, time(), scope.zone).timestamp()) + clock
            on = datetime.fromtimestamp(at, scope.zone).date()
            measured = {m: v * (30.0 if m == "cry_min" else 1.0) for m, v in values.items()}
            ids = {"practice_id": scope.practice_id, "id": f"c{number}"}
            row = {
                "client_id": stay.client,
                "moment": moment,
                "due_on": on,
                "source": "form",
                "source_key": str(number),
                "language": "en",
                "asked_at": at - 3600,
                "answered_at": at if given else None,
                "in_totals": counted,
            }
            conn.execute(insert(check_in), {**ids, **row})
            for measure, value in measured.items() if given else ():
                answer_row = {"measure": measure, "value": value, "saved_at": at}
                keys = {"practice_id": scope.practice_id, "check_in_id": f"c{number}"}
                conn.execute(insert(answer), {**keys, **answer_row})
            told.append(
                plain_outcomes.Answered(
                    client=stay.client,
                    moment=moment,
                    due=on,
                    asked=True,
                    at=at if given else None,
                    on=on if given else None,
                    in_totals=bool(counted),
                    values=measured if given else {},
                )
            )
    return told
