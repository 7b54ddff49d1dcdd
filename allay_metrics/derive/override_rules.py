"""The owner's overrides: type words, service names, city spellings, corrections, family links.

Read once per derivation; a practice without overrides pays nothing for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from allay_metrics.derive.city_names import CityNames, city_names
from allay_metrics.derive.matching import Links
from allay_metrics.derive.visit_type import VisitTypeWord, VisitTypeWords, shipped_words
from allay_metrics.records.tables import (
    city_alias,
    correction,
    family_link,
    type_name,
    type_word,
)

SILENT = "none"
Types = tuple[str, str]


@dataclass(frozen=True)
class Overrides:
    """The owner's overrides as stored.

    `words` maps a word to (visit type or `none`, when it decides), `names` a service name to its
    types, `aliases` a spelling to a city; `cities` and `types` are corrections by booking id;
    `links` are merges and splits of families.
    """

    words: Mapping[str, Types] = field(default_factory=dict)
    names: Mapping[str, Types] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    cities: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, Types] = field(default_factory=dict)
    links: Links = field(default_factory=dict)

    @cached_property
    def type_words(self) -> VisitTypeWords:
        """Return the shipped words overridden by the owner's, and her service names."""
        if not self.words and not self.names:
            return shipped_words()
        return _words(tuple(sorted(self.words.items())), tuple(sorted(self.names.items())))

    @cached_property
    def city_names(self) -> CityNames:
        """Return the shipped city names overridden by the practice's spellings."""
        return _city_names(tuple(sorted(self.aliases.items()))) if self.aliases else city_names()


def read_overrides(conn: Connection, practice_id: str) -> Overrides:
    """Return the overrides of this practice."""
    return Overrides(
        words={
            row.word: (row.visit_type, row.decides) for row in _all(conn, practice_id, type_word)
        },
        names={
            row.name: (row.visit_type, row.second_type)
            for row in _all(conn, practice_id, type_name)
        },
        aliases={row.spelling: row.city for row in _all(conn, practice_id, city_alias)},
        cities=_read_corrections(conn, practice_id, "city"),
        types={
            id_: types_of(value)
            for id_, value in _read_corrections(conn, practice_id, "visit_type").items()
        },
        links=read_links(conn, practice_id),
    )


def read_links(conn: Connection, practice_id: str) -> Links:
    """Return the owner's merges and splits of families."""
    rows = _all(conn, practice_id, family_link)
    return {(row.match_key, row.client_name): row.into_key for row in rows}


def types_of(text: str) -> Types:
    """Return the first and the second type of `cst` or `cst+lactation`."""
    first, _, second = text.partition("+")
    return first, second


def _all(conn: Connection, practice_id: str, table: Table) -> Sequence[Row[Any]]:
    return conn.execute(select(table).where(table.c.practice_id == practice_id)).all()


def _read_corrections(conn: Connection, practice_id: str, field_name: str) -> dict[str, str]:
    statement = select(correction.c.booking_id, correction.c.value).where(
        correction.c.practice_id == practice_id, correction.c.field == field_name
    )
    return {row.booking_id: row.value for row in conn.execute(statement)}


# The same rows yield the same object, so that lookups cached by its identity stay valid.
@lru_cache(maxsize=16)
def _words(
    words: tuple[tuple[str, Types], ...], names: tuple[tuple[str, Types], ...]
) -> VisitTypeWords:
    chosen = dict(words)
    shipped = [word for word in shipped_words().words if word.word.casefold() not in chosen]
    own = [VisitTypeWord(word, kind, decides) for word, (kind, decides) in words if kind != SILENT]
    return VisitTypeWords((*shipped, *own), dict(names))


@lru_cache(maxsize=16)
def _city_names(aliases: tuple[tuple[str, str], ...]) -> CityNames:
    shipped, own = city_names(), dict(aliases)
    return CityNames({**shipped.spellings, **own}, shipped.zips, own)
