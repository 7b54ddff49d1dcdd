"""Check-ins of clients who no longer exist keep the respondent's name and e-mail.

A client disappears when all her bookings are decided as deleted, or their import is undone. The
parent's answers stay, and a warning sign in them stays open: name and e-mail are stored with the
check-in, so that the owner can find the family, and removed when the client exists again.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, select, update

from allay_metrics.derive.writing import has_no_visit
from allay_metrics.records.bulk import among, update_rows
from allay_metrics.records.tables import check_in, client, family
from allay_metrics.records.tables.check_ins import FORM


def save_respondents(conn: Connection, practice_id: str, families: Sequence[str]) -> None:
    """Store name and e-mail with the check-in forms of these families' clients without a visit."""
    of_client = and_(
        client.c.practice_id == check_in.c.practice_id, client.c.id == check_in.c.client_id
    )
    statement = (
        select(client.c.name, family.c.email, check_in.c.id)
        .select_from(check_in.join(client, of_client).join(family))
        .where(check_in.c.source == FORM, has_no_visit(conn, practice_id, families))
    )
    rows = [tuple(row) for row in conn.execute(statement)]
    update_rows(conn, check_in, practice_id, ("respondent_name", "respondent_email"), rows)


def clear_respondents(conn: Connection, practice_id: str, clients: Iterable[str]) -> None:
    """Remove what `save_respondents` stored for clients who exist."""
    with_respondent = and_(
        check_in.c.practice_id == practice_id,
        check_in.c.source == FORM,
        check_in.c.respondent_name.is_not(None),
        check_in.c.client_id.in_(among(conn, clients)),
    )
    conn.execute(
        update(check_in).where(with_respondent).values(respondent_name=None, respondent_email=None)
    )
