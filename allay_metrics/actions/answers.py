"""Check-ins with their answers, kept in bulk: what families answered elsewhere, or were asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, select

from allay_metrics.records import Scope
from allay_metrics.records.bulk import among, insert_rows, update_rows
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import answer, check_in, client, family

WORDS = "words"  # what the parent's free text is kept under, beside the measures' own ids


@dataclass(frozen=True)
class Reported:
    """One check-in as a source tells it; `answered_at` is None where it was asked in vain.

    `source_key` is the source's own id, or one made of person and moment. `name` is the person's
    as answered, '' where the form did not ask; `kind` is infant or parent, where that is known.
    `values` are on the measures' scales, `texts` the parent's words, both by measure id (WORDS
    for free text). `read_by` says who read the words, where somebody did by `read_at`.
    """

    source_key: str
    email: str | None
    name: str
    moment: str
    due_on: date
    asked_at: int | None
    answered_at: int | None
    values: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    in_totals: bool = True
    language: str = "en"
    read_by: str | None = None
    read_at: int | None = None


@dataclass(frozen=True)
class Kept:
    """How many check-ins were new, changed or known before; `doubtful` of them wait for a match."""

    added: int
    updated: int
    unchanged: int
    doubtful: int


_COLUMNS = (
    "moment",
    "due_on",
    "language",
    "asked_at",
    "answered_at",
    "consented_at",
    "in_totals",
    "said_name",
    "said_email",
)
_READ = ("words_read_by", "words_read_at")
_MATCH = ("client_id", "doubt")


def keep_answers(
    scope: Scope, source: str, reported: Iterable[Reported], import_id: str | None = None
) -> Kept:
    """Keep these check-ins of one source; keeping the same again changes nothing.

    A person is found by e-mail and name. Where that is doubtful the check-in has no client, and a
    question for the owner; a match once made stays. Owner only.
    """
    told = {_id(scope, source, one): one for one in reported}
    with scope.write("keep check-ins") as conn:
        known = _on_file(conn, scope.practice_id, told)
        people = _People(conn, scope.practice_id, told.values())
        rows = {id_: (_row(one), _answers(one)) for id_, one in told.items()}
        new = [id_ for id_ in told if id_ not in known]
        changed = [id_ for id_ in told if id_ in known and known[id_][:2] != rows[id_]]
        matches = {id_: people.match(told[id_]) for id_ in told}
        columns = ("practice_id", "source", "import_id", "id", "source_key")
        insert_rows(
            conn,
            check_in,
            (*columns, *_MATCH, *_READ, *_COLUMNS),
            [
                (
                    *(scope.practice_id, source, import_id, id_, told[id_].source_key),
                    *(*matches[id_], told[id_].read_by, told[id_].read_at),
                    *rows[id_][0],
                )
                for id_ in new
            ],
        )
        _update(conn, scope.practice_id, {id_: rows[id_][0] for id_ in changed})
        gone = answer.c.check_in_id.in_(among(conn, changed))
        conn.execute(delete(answer).where(answer.c.practice_id == scope.practice_id, gone))
        insert_rows(
            conn,
            answer,
            ("practice_id", "check_in_id", "measure", "value", "text", "saved_at"),
            [
                (scope.practice_id, id_, *one, told[id_].answered_at)
                for id_ in (*new, *changed)
                for one in rows[id_][1]
            ],
        )
        # A family found meanwhile answers the question by itself.
        found = [
            (*matches[id_], id_)
            for id_ in told
            if id_ in known and known[id_][2] is None and matches[id_][0] is not None
        ]
        update_rows(conn, check_in, scope.practice_id, _MATCH, found)
        open_ = sum(
            (known[id_][2] if id_ in known else None) is None and matches[id_][0] is None
            for id_ in told
        )
    return Kept(len(new), len(changed), len(told) - len(new) - len(changed), open_)


def _id(scope: Scope, source: str, one: Reported) -> str:
    return key_of(scope.practice_id, "check_in", source, one.source_key)


def _row(one: Reported) -> tuple[Any, ...]:
    return (
        one.moment,
        one.due_on.isoformat(),
        one.language,
        one.asked_at,
        one.answered_at,
        one.answered_at,
        int(one.in_totals),
        one.name or None,
        one.email.lower() if one.email else None,
    )


def _answers(one: Reported) -> list[tuple[str, float | None, str | None]]:
    if one.answered_at is None:
        return []
    names = sorted({*one.values, *one.texts})
    return [(name, one.values.get(name), one.texts.get(name)) for name in names]


def _on_file(conn: Connection, practice_id: str, ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Return row, answers and client of each of these check-ins that stands on file."""
    wanted = among(conn, ids)
    given: dict[str, list[Any]] = defaultdict(list)
    asked = select(answer.c.check_in_id, answer.c.measure, answer.c.value, answer.c.text).where(
        answer.c.practice_id == practice_id, answer.c.check_in_id.in_(wanted)
    )
    for row in conn.execute(asked.order_by(answer.c.measure)):
        given[row.check_in_id].append((row.measure, row.value, row.text))
    there = select(check_in.c.id, check_in.c.client_id, *(check_in.c[name] for name in _COLUMNS))
    mine = there.where(check_in.c.practice_id == practice_id, check_in.c.id.in_(wanted))
    return {
        row.id: (_plain(row[2:]), sorted(given[row.id], key=lambda one: one[0]), row.client_id)
        for row in conn.execute(mine)
    }


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)


def _update(conn: Connection, practice_id: str, changed: Mapping[str, tuple[Any, ...]]) -> None:
    rows = [(*row, id_) for id_, row in changed.items()]
    update_rows(conn, check_in, practice_id, _COLUMNS, rows)


class _People:
    """The clients of the families whose e-mails were told."""

    def __init__(self, conn: Connection, practice_id: str, told: Iterable[Reported]) -> None:
        emails = {one.email.lower() for one in told if one.email}
        asked = (
            select(family.c.email, client.c.id, client.c.name, client.c.kind)
            .join(
                client,
                (client.c.practice_id == family.c.practice_id)
                & (client.c.family_id == family.c.id),
            )
            .where(family.c.practice_id == practice_id, family.c.email.in_(among(conn, emails)))
        )
        self._by_email: dict[str, list[Any]] = defaultdict(list)
        for row in conn.execute(asked):
            self._by_email[row.email].append(row)

    def match(self, one: Reported) -> tuple[str | None, str | None]:
        """Return the client's id, or None and the question for the owner."""
        theirs = self._by_email.get((one.email or "").lower(), [])
        if not theirs:
            return None, "No family on file has this e-mail: whose check-in is it?"
        alike = [row for row in theirs if one.kind in (None, row.kind)]
        named = [row for row in alike if row.name.casefold() == one.name.strip().casefold()]
        found = named if one.name.strip() else alike
        if len(found) == 1:
            return found[0].id, None
        return None, "The family has nobody of this name: whom is this check-in about?"
