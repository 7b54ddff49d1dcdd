"""The practice's spellings of cities, and corrections of the city of single visits."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from allay_metrics.actions.corrections import build_corrections
from allay_metrics.actions.overrides import OverrideChange, OverrideRow, save_overrides_in
from allay_metrics.derive.city_names import plain
from allay_metrics.errors import ConfigProblem, choose_from
from allay_metrics.records import Scope
from allay_metrics.records.tables import city, city_alias


def set_alias(
    scope: Scope, spelling: str, name: str, *, version: int | None = None
) -> OverrideChange:
    """Map a spelling to a city, or `virtual`, for past visits as well.

    It applies where it ends a part of an address, or is all that was typed. `version` is
    the one that was read, 0 for none yet. Raises ConfigProblem, or Conflict when it was changed
    meanwhile.
    """
    spelt = plain(spelling)
    if not any(letter.isalpha() for letter in spelt):
        raise ConfigProblem("A ZIP or a number is no name of a city: correct the visits instead.")
    with scope.write("name a city") as conn:
        _check(conn, scope.practice_id, name)
        return save_overrides_in(
            conn, scope.practice_id, [_build_row(spelt, {"city": name}, version)]
        )


def drop_alias(scope: Scope, spelling: str, *, version: int | None = None) -> OverrideChange:
    """Delete one of the practice's own spellings."""
    with scope.write("name a city") as conn:
        return save_overrides_in(
            conn, scope.practice_id, [_build_row(plain(spelling), None, version)]
        )


def correct_city(scope: Scope, booking_ids: Iterable[str], name: str | None) -> OverrideChange:
    """Set the city of these visits; None: the typed text decides again.

    A corrected city also fills the family's other visits without a city. Raises
    ConfigProblem, or NotFound for a booking that is not on file.
    """
    with scope.write("correct cities") as conn:
        rows = build_city_rows(conn, scope.practice_id, booking_ids, name)
        return save_overrides_in(conn, scope.practice_id, rows)


def build_city_rows(
    conn: Connection, practice_id: str, booking_ids: Iterable[str], name: str | None
) -> list[OverrideRow]:
    """Return the rows of `correct_city`. Raises what it raises."""
    if name is not None:
        _check(conn, practice_id, name)
    return build_corrections(conn, practice_id, booking_ids, "city", name)


def _check(conn: Connection, practice_id: str, name: str) -> None:
    statement = select(city.c.name).where(
        city.c.practice_id == practice_id, city.c.kind.in_(("city", "virtual"))
    )
    city_names = set(conn.execute(statement).scalars())
    if name not in city_names:
        raise ConfigProblem(choose_from("city", name, city_names))


def _build_row(spelt: str, values: dict[str, str] | None, version: int | None) -> OverrideRow:
    return OverrideRow(city_alias, {"spelling": spelt}, values, f"The spelling '{spelt}'", version)
