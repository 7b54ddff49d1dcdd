"""Saves check-ins and their answers in bulk: those that a source holds, answered or not."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select

from allay_metrics.actions.client_matching import ClientMatcher
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among, insert_rows, update_rows
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import answer, check_in

WORDS = "words"  # the measure id of the parent's free text


@dataclass(frozen=True)
class ReportedCheckIn:
    """One check-in as its source has it; `answered_at` is None where nobody answered.

    `source_key` is the source's own id, or one made of person and moment. `name` is the client's
    name as answered, '' where the form did not ask; `kind` is infant or parent, None where unknown;
    `parent` is the parent's full name. `moment` and `due_on` are None where the client's first
    visit decides them. `values` are on the measures' scales, `texts` are the parent's words, both
    by measure id (WORDS for free text); `details` is what else was answered. `read_by` and
    `read_at` say who read the words, and when. Moments are seconds since 1970 UTC.
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
class SaveCounts:
    """How many check-ins were added, updated or unchanged; `doubtful` of them wait for a match."""

    added: int
    updated: int
    unchanged: int
    doubtful: int


class SavedCheckIn(NamedTuple):
    """The outcome of one check-in (added, updated, unchanged) and the client it is about now.

    `before` holds the old values of what changed: columns in `set`, and `answers` where those
    changed; None where nothing did. `doubtful`: no client was found for certain.
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
    "respondent_name",
    "respondent_email",
    "respondent_details",
)
_PLACE = ("moment", "due_on")
_MATCH = ("client_id", "doubt")
_READ = ("words_read_by", "words_read_at")
_COLUMNS = (*_CONTENT, *_PLACE, *_MATCH, *_READ, "import_id")


class MeasureAnswer(NamedTuple):
    """One answer: a value, a text or both."""

    measure: str
    value: float | None
    text: str | None


class StoredAnswer(NamedTuple):
    """An answer on file; `saved_at` is in seconds since 1970 UTC."""

    measure: str
    value: float | None
    text: str | None
    saved_at: int

    @property
    def content(self) -> MeasureAnswer:
        """Return the answer without the moment it was saved."""
        return MeasureAnswer(self.measure, self.value, self.text)


Answers = list[MeasureAnswer]


def save_answers(
    scope: Scope, source: str, reported: Iterable[ReportedCheckIn], import_id: str | None = None
) -> SaveCounts:
    """Save these check-ins of one source; saving the same again changes nothing.

    The client is found by e-mail, name and date. Where that is doubtful the check-in has no client
    and a question for the owner; a match once made stays. Owner only.
    """
    with scope.write("keep check-ins") as conn:
        results = save_reported(conn, (scope.practice_id, scope.zone), source, reported, import_id)
    outcomes = [saved.outcome for saved in results.values()]
    return SaveCounts(
        outcomes.count("added"),
        outcomes.count("updated"),
        outcomes.count("unchanged"),
        sum(saved.doubtful for saved in results.values()),
    )


def save_reported(  # noqa: PLR0917 - what one open transaction needs
    conn: Connection,
    practice: tuple[str, ZoneInfo],
    source: str,
    reported: Iterable[ReportedCheckIn],
    import_id: str | None = None,
    old: frozenset[str] = frozenset(),
) -> dict[str, SavedCheckIn]:
    """Save check-ins within a transaction and return the outcome of each, by source key.

    `practice` is its id and zone. `old` are the source keys that a newer file also holds: those
    check-ins stay as they are.
    """
    practice_id, zone = practice
    check_ins = {_check_in_key(practice_id, source, report): report for report in reported}
    stored_check_ins = _read_stored(conn, practice_id, check_ins)
    people = ClientMatcher(conn, practice_id, zone)
    unmatched = [
        report
        for id_, report in check_ins.items()
        if id_ not in stored_check_ins or stored_check_ins[id_].is_doubtful
    ]
    client_ids = (stored.row["client_id"] for stored in stored_check_ins.values())
    people.load_candidates(unmatched, {client_id for client_id in client_ids if client_id})
    results: dict[str, SavedCheckIn] = {}
    new: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    answers_by_id: dict[str, Answers] = {}
    for id_, report in check_ins.items():
        stored = stored_check_ins.get(id_)
        if stored is not None and report.source_key in old:
            results[report.source_key] = SavedCheckIn(
                id_, "unchanged", stored.row["client_id"], None, stored.is_doubtful
            )
            continue
        row, answers = _build_row(report, stored, people, import_id), _list_answers(report)
        if stored is None:
            new.append((practice_id, id_, source, report.source_key, *row.values()))
            answers_by_id[id_] = answers
            outcome, before = "added", None
        else:
            before = _find_differences(stored, row, answers)
            outcome = "updated" if before and before.pop("told") else "unchanged"
            if before and (before["set"] or before["answers"] is not None):
                row = {**stored.row, **{name: row[name] for name in before["set"]}}
                changed.append((*row.values(), id_))
                if before["answers"] is not None:
                    answers_by_id[id_] = answers
            else:
                before = None
        is_doubtful = row["client_id"] is None and row["doubt"] is not None
        results[report.source_key] = SavedCheckIn(
            id_, outcome, row["client_id"], before, is_doubtful
        )
    insert_rows(conn, check_in, ("practice_id", "id", "source", "source_key", *_COLUMNS), new)
    update_rows(conn, check_in, practice_id, _COLUMNS, changed)
    _write_answers(
        conn,
        practice_id,
        answers_by_id,
        {id_: report.answered_at for id_, report in check_ins.items()},
    )
    return results


def _check_in_key(practice_id: str, source: str, report: ReportedCheckIn) -> str:
    return key_of(practice_id, "check_in", source, report.source_key)


@dataclass(frozen=True)
class _StoredCheckIn:
    """A check-in on file: its columns (dates as ISO text) and its answers."""

    row: Mapping[str, Any]
    answers: list[StoredAnswer]

    @property
    def is_doubtful(self) -> bool:
        """Return whether its client is an open question; not where the owner chose nobody."""
        return self.row["client_id"] is None and self.row["doubt"] is not None


def _build_row(
    report: ReportedCheckIn,
    stored: _StoredCheckIn | None,
    people: ClientMatcher,
    import_id: str | None,
) -> dict[str, Any]:
    """Return the columns as reported now; a match once made, or refused, stays."""
    if stored is None or stored.is_doubtful:
        client_id, doubt = people.match(report)
    else:
        client_id, doubt = stored.row["client_id"], stored.row["doubt"]
    moment, due_on = report.moment, report.due_on
    if moment is None or due_on is None:
        moment, due_on = people.find_moment(client_id, report.answered_at or report.asked_at or 0)
    details_json = (
        json.dumps(report.details, ensure_ascii=False, sort_keys=True) if report.details else None
    )
    return {
        "language": report.language,
        "asked_at": report.asked_at,
        "answered_at": report.answered_at,
        "consented_at": report.answered_at,
        "in_totals": int(report.in_totals),
        "respondent_name": report.name or None,
        "respondent_email": report.email.lower() if report.email else None,
        "respondent_details": details_json,
        "moment": moment,
        "due_on": due_on.isoformat(),
        "client_id": client_id,
        "doubt": doubt,
        "words_read_by": report.read_by,
        "words_read_at": report.read_at,
        "import_id": import_id,
    }


def _find_differences(
    stored: _StoredCheckIn, row: Mapping[str, Any], answers: Answers
) -> dict[str, Any]:
    """Return the old values of what changes; `told` says whether the source's content changed.

    Changed words have to be read again; otherwise what somebody read stays read.
    """
    names = [name for name in (*_CONTENT, *_PLACE, *_MATCH) if stored.row[name] != row[name]]
    stored_answers = [line.content for line in stored.answers]
    differ = stored_answers != answers
    is_changed = differ or any(name in _CONTENT for name in names)
    if _texts(answers) != _texts(stored_answers):
        names += [name for name in _READ if stored.row[name] != row[name]]
    if is_changed and stored.row["import_id"] != row["import_id"]:
        names.append("import_id")
    return {
        "told": is_changed,
        "set": {name: stored.row[name] for name in names},
        "answers": stored.answers if differ else None,
    }


def _texts(answers: Answers) -> list[tuple[str, str | None]]:
    return [(line.measure, line.text) for line in answers if line.text]


def _list_answers(report: ReportedCheckIn) -> Answers:
    if report.answered_at is None:
        return []
    names = sorted({*report.values, *report.texts})
    return [MeasureAnswer(name, report.values.get(name), report.texts.get(name)) for name in names]


def _write_answers(
    conn: Connection,
    practice_id: str,
    answers_by_id: Mapping[str, Answers],
    saved_at: Mapping[str, int | None],
) -> None:
    replaced = answer.c.check_in_id.in_(among(conn, answers_by_id))
    conn.execute(delete(answer).where(answer.c.practice_id == practice_id, replaced))
    columns = ("practice_id", "check_in_id", "measure", "value", "text", "saved_at")
    rows = [
        (practice_id, id_, *line, saved_at[id_])
        for id_, answers in answers_by_id.items()
        for line in answers
    ]
    insert_rows(conn, answer, columns, rows)


def _read_stored(
    conn: Connection, practice_id: str, ids: Iterable[str]
) -> dict[str, _StoredCheckIn]:
    """Return those of these check-ins that are on file, by id."""
    wanted = among(conn, ids)
    answers: dict[str, list[StoredAnswer]] = defaultdict(list)
    columns = (answer.c.measure, answer.c.value, answer.c.text, answer.c.saved_at)
    answer_statement = select(answer.c.check_in_id, *columns).where(
        answer.c.practice_id == practice_id, answer.c.check_in_id.in_(wanted)
    )
    for row in conn.execute(answer_statement):
        line = StoredAnswer(row.measure, row.value, row.text, row.saved_at)
        answers[row.check_in_id].append(line)
    check_in_statement = select(check_in.c.id, *(check_in.c[name] for name in _COLUMNS)).where(
        check_in.c.practice_id == practice_id, check_in.c.id.in_(wanted)
    )
    return {
        row.id: _StoredCheckIn(
            dict(zip(_COLUMNS, _plain(row[1:]), strict=True)),
            sorted(answers[row.id], key=lambda line: str(line.measure)),
        )
        for row in conn.execute(check_in_statement)
    }


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row)
