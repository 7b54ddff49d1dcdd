"""Practices with babies, concerns and check-ins, on file and as plain rows."""

from sqlalchemy import select, update

from allay_metrics.derive import derive_all
from allay_metrics.records.tables import booking, care_closed, visit, visit_client
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
    return plain_outcomes.stays(visits, closed)
