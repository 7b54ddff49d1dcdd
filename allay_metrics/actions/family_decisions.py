"""The owner's word on who is one family: two made one, one split, a question answered."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from allay_metrics.actions.link_history import refuse_to_split_namesakes
from allay_metrics.actions.overrides import OverrideChange, OverrideRow, save_overrides_in
from allay_metrics.derive.matching import follow_links, plain_name, split_match
from allay_metrics.derive.override_rules import read_links
from allay_metrics.errors import Conflict
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import booking, family, family_link


def merge(scope: Scope, match_key: str, into_key: str) -> OverrideChange:
    """Make the bookings of one family those of another, now and in every file to come.

    A part that was split off goes back to where it came from. Raises Conflict when one of the two
    is not there any more.
    """
    with scope.write("make two families one") as conn:
        _read_names(conn, scope.practice_id, match_key)
        _read_names(conn, scope.practice_id, into_key)
        if match_key == into_key:
            raise Conflict("These are one family already: look at the list again.")
        links = read_links(conn, scope.practice_id)
        split_off = [at for at, into in links.items() if into == match_key and at[0] == into_key]
        if split_off:
            return save_overrides_in(
                conn, scope.practice_id, [_build_row(*at, None) for at in split_off]
            )
        if follow_links(into_key, "", {**links, (match_key, ""): into_key}) != into_key:
            raise Conflict("The two were made one the other way round: undo that first.")
        return save_overrides_in(conn, scope.practice_id, [_build_row(match_key, "", into_key)])


def split(scope: Scope, match_key: str, client_name: str) -> OverrideChange:
    """Make the bookings in one name of a family a family of their own.

    Raises Conflict when the family is not there any more or has no other name.
    """
    with scope.write("split a family") as conn:
        names = _read_names(conn, scope.practice_id, match_key)
        if plain_name(client_name) not in names or len(names) == 1:
            raise Conflict("The family has no other name to be split by: look at it again.")
        refuse_to_split_namesakes(conn, scope.practice_id, match_key)
        row = _build_row(match_key, client_name, split_match(match_key, client_name))
        return save_overrides_in(conn, scope.practice_id, [row])


def keep_apart(scope: Scope, match_keys: Iterable[str]) -> OverrideChange:
    """Answer a question about these families: they are right as they are."""
    with scope.write("answer a question about families") as conn:
        links = read_links(conn, scope.practice_id)
        keys = dict.fromkeys(match_keys)
        for key in keys:
            _read_names(conn, scope.practice_id, key)
        rows = [_build_row(key, "", key) for key in keys if (key, "") not in links]
        return save_overrides_in(conn, scope.practice_id, rows)


def unlink(scope: Scope, match_key: str, client_name: str, into_key: str) -> OverrideChange:
    """Take a word on who is one family back, as it was read.

    Raises Conflict when it says something else by now, or nothing.
    """
    with scope.write("take a word on families back") as conn:
        current_key = read_links(conn, scope.practice_id).get((match_key, plain_name(client_name)))
        if current_key != into_key:
            raise Conflict("This was changed meanwhile: look at the list again.")
        return save_overrides_in(
            conn, scope.practice_id, [_build_row(match_key, client_name, None)]
        )


def _read_names(conn: Connection, practice_id: str, match_key: str) -> set[str]:
    """Return the names a family books in. Raises Conflict when it is not there."""
    statement = (
        select(booking.c.client_name)
        .join(family)
        .where(booking.c.practice_id == practice_id, family.c.match_key == match_key)
    )
    names = {plain_name(name) for name in conn.execute(statement).scalars()}
    if not names:
        raise Conflict("A family is not there any more: look at the list again.")
    return names


def _build_row(match_key: str, client_name: str, into_key: str | None) -> OverrideRow:
    key = {"match_key": match_key, "client_name": plain_name(client_name)}
    values = None if into_key is None else {"into_key": into_key, "made_at": now()}
    return OverrideRow(family_link, key, values, "The word on this family")
