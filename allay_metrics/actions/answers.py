"""Check-ins with their answers, kept in bulk: what families answered elsewhere, or were asked."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select

from allay_metrics.actions.whose import ClientMatcher
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among, insert_rows, update_rows
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import answer, check_in

WORDS = "words"  # what the parent's free text is kept under, beside the measures' own ids


@dataclass(frozen=True)
class Reported:
    """One check-in as a source tells it; `answered_at` is None where it was asked in vain.

    `source_key` is the source's own id, or one made of person and moment. `name` is the person's
    as answered, '' where the form did not ask; `kind` is infant or parent, where that is known;
    `parent` the parent's full name. `moment` and `due_on` are None where the client's first visit
    decides them. `values` are on the measures' scales, `texts` the parent's words, both by measure
    id (WORDS for free text); `said` what else was answered. `read_by` says who read the words,
    where somebody did by `read_at`.
    """

    source_key: str
    email: str | None
    name: str
    moment: str | None
    due_on: date | None
    asked_at: int | None
    answered_at: int | None
    values: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    in_totals: bool = True
    language: str = "en"
    read_by: str | None = None
    read_at: int | None = None
    parent: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """How many check-ins were new, changed or known before; `doubtful` of them wait for a match."""

    added: int
    updated: int
    unchanged: int
    doubtful: int


class Became(NamedTuple):
    """What became of one check-in: added, updated or unchanged, and who it is about now.

    `before` holds what was changed of it, as it was: columns in `set`, and `answers` where those
    changed; None where nothing did.
    """

    id: str
    outcome: str
    client_id: str | None
    before: Mapping[str, Any] | None
    doubtful: bool


_CONTENT = (
    "language",
    "asked_at",
    "answered_at",
    "consented_at",
    "in_totals",
    "said_name",
    "said_email",
    "said",
)
_PLACE = ("moment", "due_on")
_MATCH = ("client_id", "doubt")
_READ = ("words_read_by", "words_read_at")
_COLUMNS = (*_CONTENT, *_PLACE, *_MATCH, *_READ, "import_id")

Answers = list[tuple[str, float | None, str | None]]


def keep_answers(
    scope: Scope, source: str, reported: Iterable[Reported], import_id: str | None = None
) -> Kept:
    """Keep these check-ins of one source; keeping the same again changes nothing.

    A person is found by e-mail, name and date. Where that is doubtful the check-in has no client,
    and a question for the owner; a match once made stays. Owner only.
    """
    with scope.write("keep check-ins") as conn:
        results = keep_told(conn, (scope.practice_id, scope.zone), source, reported, import_id)
    outcomes = [one.outcome for one in results.values()]
    return Kept(
        outcomes.count("added"),
        outcomes.count("updated"),
        outcomes.count("unchanged"),
        sum(one.doubtful for one in results.values()),
    )


def keep_told(  # noqa: PLR0917 - what a transaction in hand is told
    conn: Connection,
    practice: tuple[str, ZoneInfo],
    source: str,
    reported: Iterable[Reported],
    import_id: str | None = None,
    old: frozenset[str] = frozenset(),
) -> dict[str, Became]:
    """Keep check-ins within a transaction and return what became of each, by source key.

    `practice` is its id and zone; `old` are source keys of which a newer file said more: they stay
    as they are.
    """
    practice_id, zone = practice
    check_ins = {_id(practice_id, source, one): one for one in reported}
    stored_check_ins = _on_file(conn, practice_id, check_ins)
    people = ClientMatcher(conn, practice_id, zone)
    open_ = [
        one
        for id_, one in check_ins.items()
        if id_ not in stored_check_ins or stored_check_ins[id_].asks
    ]
    people.meet(
        open_, {one.row["client_id"] for one in stored_check_ins.values() if one.row["client_id"]}
    )
    results: dict[str, Became] = {}
    new: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    answers_by_id: dict[str, Answers] = {}
    for id_, one in check_ins.items():
        before = stored_check_ins.get(id_)
        if before is not None and one.source_key in old:
            asks = before.asks
            results[one.source_key] = Became(id_, "unchanged", before.row["client_id"], None, asks)
            continue
        row, answers = _row(one, before, people, import_id), _answers(one)
        if before is None:
            new.append((practice_id, id_, source, one.source_key, *row.values()))
            answers_by_id[id_] = answers
            became, was = "added", None
        else:
            was = _differences(before, row, answers)
            became = "updated" if was and was.pop("told") else "unchanged"
            if was and (was["set"] or was["answers"] is not None):
                row = {**before.row, **{name: row[name] for name in was["set"]}}
                changed.append((*row.values(), id_))
                if was["answers"] is not None:
                    answers_by_id[id_] = answers
            else:
                was = None
        asks = row["client_id"] is None and row["doubt"] is not None
        results[one.source_key] = Became(id_, became, row["client_id"], was, asks)
    insert_rows(conn, check_in, ("practice_id", "id", "source", "source_key", *_COLUMNS), new)
    update_rows(conn, check_in, practice_id, _COLUMNS, changed)
    _write_answers(
        conn, practice_id, answers_by_id, {id_: one.answered_at for id_, one in check_ins.items()}
    )
    return results


def _id(practice_id: str, source: str, one: Reported) -> str:
    return key_of(practice_id, "check_in", source, one.source_key)


@dataclass(frozen=True)
class _StoredCheckIn:
    """A check-in on file: its columns, plain, and its answers with the moment they were saved."""

    row: Mapping[str, Any]
    answers: list[tuple[str, float | None, str | None, int]]

    @property
    def asks(self) -> bool:
        """Return whether its match is a question; one the owner said is nobody's is none."""
        return self.row["client_id"] is None and self.row["doubt"] is not None


def _row(
    one: Reported, before: _StoredCheckIn | None, people: ClientMatcher, import_id: str | None
) -> dict[str, Any]:
    """Return the columns as told now; a match once made, or refused, stays."""
    if before is None or before.asks:
        client_id, doubt = people.match(one)
    else:
        client_id, doubt = before.row["client_id"], before.row["doubt"]
    moment, due_on = one.moment, one.due_on
    if moment is None or due_on is None:
        moment, due_on = people.place(client_id, one.answered_at or one.asked_at or 0)
    details_json = (
        json.dumps(one.details, ensure_ascii=False, sort_keys=True) if one.details else None
    )
    return {
        "language": one.language,
        "asked_at": one.asked_at,
        "answered_at": one.answered_at,
        "consented_at": one.answered_at,
        "in_totals": int(one.in_totals),
        "said_name": one.name or None,
        "said_email": one.email.lower() if one.email else None,
        "said": details_json,
        "moment": moment,
        "due_on": due_on.isoformat(),
        "client_id": client_id,
        "doubt": doubt,
        "words_read_by": one.read_by,
        "words_read_at": one.read_at,
        "import_id": import_id,
    }


def _differences(
    before: _StoredCheckIn, row: Mapping[str, Any], answers: Answers
) -> dict[str, Any]:
    """Return what is to be changed, as it was; `told` says whether the source says anew.

    New words are to be read again; what somebody read stays read otherwise.
    """
    names = [name for name in (*_CONTENT, *_PLACE, *_MATCH) if before.row[name] != row[name]]
    differ = [one[:3] for one in before.answers] != answers
    is_changed = differ or any(name in _CONTENT for name in names)
    if [one[::2] for one in answers if one[2]] != _texts(before):
        names += [name for name in _READ if before.row[name] != row[name]]
    if is_changed and before.row["import_id"] != row["import_id"]:
        names.append("import_id")
    return {
        "told": is_changed,
        "set": {name: before.row[name] for name in names},
        "answers": before.answers if differ else None,
    }


def _texts(before: _StoredCheckIn) -> list[tuple[str, str | None]]:
    return [(one[0], one[2]) for one in before.answers if one[2]]


def _answers(one: Reported) -> Answers:
    if one.answered_at is None:
        return []
    names = sorted({*one.values, *one.texts})
    return [(name, one.values.get(name), one.texts.get(name)) for name in names]


def _write_answers(
    conn: Connection,
    practice_id: str,
    answers_by_id: Mapping[str, Answers],
    saved: Mapping[str, int | None],
) -> None:
    gone = answer.c.check_in_id.in_(among(conn, answers_by_id))
    conn.execute(delete(answer).where(answer.c.practice_id == practice_id, gone))
    columns = ("practice_id", "check_in_id", "measure", "value", "text", "saved_at")
    rows = [
        (practice_id, id_, *one, saved[id_])
        for id_, answers in answers_by_id.items()
        for one in answers
    ]
    insert_rows(conn, answer, columns, rows)


def _on_file(conn: Connection, practice_id: str, ids: Iterable[str]) -> dict[str, _StoredCheckIn]:
    """Return those of these check-ins that stand on file."""
    wanted = among(conn, ids)
    answers: dict[str, list[Any]] = defaultdict(list)
    columns = (answer.c.measure, answer.c.value, answer.c.text, answer.c.saved_at)
    answer_statement = select(answer.c.check_in_id, *columns).where(
        answer.c.practice_id == practice_id, answer.c.check_in_id.in_(wanted)
    )
    for id_, *one in conn.execute(answer_statement):
        answers[id_].append(tuple(one))
    there = select(check_in.c.id, *(check_in.c[name] for name in _COLUMNS))
    check_in_statement = there.where(
        check_in.c.practice_id == practice_id, check_in.c.id.in_(wanted)
    )
    return {
        row.id: _StoredCheckIn(
            dict(zip(_COLUMNS, _plain(row[1:]), strict=True)),
            sorted(answers[row.id], key=lambda one: str(one[0])),
        )
        for row in conn.execute(check_in_statement)
    }


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)
