"""The owner's decisions about families: merging two, splitting one, answering a question."""

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
    """Move the bookings of one family to another, now and in every later import.

    A part that was split off returns to the family it came from. Raises Conflict when one of the
    two no longer exists.
    """
    with scope.write("make two families one") as conn:
        _read_names(conn, scope.practice_id, match_key)
        _read_names(conn, scope.practice_id, into_key)
        if match_key == into_key:
            raise Conflict("These are one family already: reload the list.")
        links = read_links(conn, scope.practice_id)
        split_off = [at for at, into in links.items() if into == match_key and at[0] == into_key]
        if split_off:
            return save_overrides_in(
                conn, scope.practice_id, [_build_row(*at, None) for at in split_off]
            )
        if follow_links(into_key, "", {**links, (match_key, ""): into_key}) != into_key:
            raise Conflict(
                "These families are already merged in the other direction: undo that merge first."
            )
        return save_overrides_in(conn, scope.practice_id, [_build_row(match_key, "", into_key)])


def split(scope: Scope, match_key: str, client_name: str) -> OverrideChange:
    """Make the bookings under one client name of a family a family of their own.

    Raises Conflict when the family no longer exists or books under one name only.
    """
    with scope.write("split a family") as conn:
        names = _read_names(conn, scope.practice_id, match_key)
        if plain_name(client_name) not in names or len(names) == 1:
            raise Conflict(
                "This family books under one name only, so it cannot be split: reload the list."
            )
        refuse_to_split_namesakes(conn, scope.practice_id, match_key)
        row = _build_row(match_key, client_name, split_match(match_key, client_name))
        return save_overrides_in(conn, scope.practice_id, [row])


def keep_apart(scope: Scope, match_keys: Iterable[str]) -> OverrideChange:
    """Record that these families stay as they are, so that they are not asked about again."""
    with scope.write("answer a question about families") as conn:
        links = read_links(conn, scope.practice_id)
        keys = dict.fromkeys(match_keys)
        for key in keys:
            _read_names(conn, scope.practice_id, key)
        rows = [_build_row(key, "", key) for key in keys if (key, "") not in links]
        return save_overrides_in(conn, scope.practice_id, rows)


def unlink(scope: Scope, match_key: str, client_name: str, into_key: str) -> OverrideChange:
    """Undo a merge, a split or an answer; `into_key` is its value as the caller read it.

    Raises Conflict when it was changed or undone meanwhile.
    """
    with scope.write("take a word on families back") as conn:
        current_key = read_links(conn, scope.practice_id).get((match_key, plain_name(client_name)))
        if current_key != into_key:
            raise Conflict("This was changed meanwhile: reload the list.")
        return save_overrides_in(
            conn, scope.practice_id, [_build_row(match_key, client_name, None)]
        )


def _read_names(conn: Connection, practice_id: str, match_key: str) -> set[str]:
    """Return the client names a family books under. Raises Conflict when it does not exist."""
    statement = (
        select(booking.c.client_name)
        .join(family)
        .where(booking.c.practice_id == practice_id, family.c.match_key == match_key)
    )
    names = {plain_name(name) for name in conn.execute(statement).scalars()}
    if not names:
        raise Conflict("This family no longer exists: reload the list.")
    return names


def _build_row(match_key: str, client_name: str, into_key: str | None) -> OverrideRow:
    key = {"match_key": match_key, "client_name": plain_name(client_name)}
    values = None if into_key is None else {"into_key": into_key, "made_at": now()}
    return OverrideRow(family_link, key, values, "The word on this family")
