"""Imports a file of answers given in another form, in one transaction, like any other import."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, insert, select, update

from allay_metrics import formatting as fmt
from allay_metrics.actions.answers import ReportedCheckIn, SavedCheckIn, save_reported
from allay_metrics.actions.booking_upsert import Counts, FileInHand
from allay_metrics.actions.erased_registry import read_erased_families
from allay_metrics.actions.file_import import ImportReport
from allay_metrics.actions.import_accounting import (
    ImportEntry,
    close_import,
    open_import,
    save_set_aside,
)
from allay_metrics.actions.imported_red_flags import raise_signs
from allay_metrics.actions.open_set_aside import IS_OPEN
from allay_metrics.actions.retention import remove_old
from allay_metrics.actions.set_aside_resolution import settle_rows
from allay_metrics.intake.questionnaires import AnswersFile, FormResponse
from allay_metrics.intake.questionnaires.file import CheckedAnswers
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among, insert_rows
from allay_metrics.records.keys import key_of, new_key
from allay_metrics.records.tables import (
    check_in_row,
    client,
    client_detail,
    import_,
    set_aside,
)

HOLDS = "answers"

Progress = Callable[[float], None]


class _AnswersDryRun(Exception):
    """Rolls the transaction of a dry run back."""


def import_answers(
    scope: Scope,
    file: AnswersFile,
    *,
    as_of: int | None = None,
    dry_run: bool = False,
    progress: Progress = lambda _share: None,
) -> ImportReport:
    """Import a file of answers and return what became of its rows.

    Rows that a newer file contains keep that file's values. `as_of` is when the file was exported
    (epoch seconds), by default its own time. A dry run does everything and rolls it back.
    """
    checked = file.check(lambda share: progress(share / 2))
    exported = file.modified_at if as_of is None else as_of
    hand = FileInHand(scope.practice_id, new_key(), file.source, exported)
    report: list[ImportReport] = []
    try:
        with scope.write("import answers") as conn:
            report.append(_import(conn, scope, file, hand, checked))
            if dry_run:
                raise _AnswersDryRun  # noqa: TRY301 - leaves the transaction without keeping it
        removed = remove_old(scope).sentence()
    except _AnswersDryRun:
        removed = ""
    report[0].notes.extend([removed] if removed else [])
    progress(1.0)
    return report[0]


def _import(
    conn: Connection,
    scope: Scope,
    file: AnswersFile,
    hand: FileInHand,
    check_result: CheckedAnswers,
) -> ImportReport:
    checked = read_erased_families(conn, hand.practice_id).keep_answers_out(check_result)
    open_import(conn, hand, ImportEntry(file.file_name, file.sha256, HOLDS))
    old = _newer_keys(conn, hand, checked.responses)
    reported = [_build_reported(response) for response in checked.responses]
    practice = (scope.practice_id, scope.zone)
    became = save_reported(conn, practice, hand.source, reported, hand.import_id, old)
    born = _save_births(conn, hand.practice_id, checked.responses, became)
    ticked = {
        became[response.key].id: (response.signs, response.answered_at)
        for response in checked.responses
        if response.signs
    }
    raised = raise_signs(conn, hand.practice_id, ticked)
    counts = _save_journal(conn, hand, checked, became, _SideEffects(born, raised))
    save_set_aside(conn, hand, checked.set_aside)
    _settle_rows(conn, hand, checked.responses)
    close_import(conn, hand, counts, aside=checked.set_aside, warnings=checked.warnings)
    return ImportReport(
        file=file.file_name,
        source=hand.source,
        holds=HOLDS,
        as_of=hand.as_of,
        rows_read=checked.read,
        added=counts.added,
        updated=counts.updated,
        unchanged=counts.unchanged,
        set_aside=checked.set_aside,
        warnings=checked.warnings,
        missing=0,
        cities_unknown=0,
        import_id=hand.import_id,
        notes=[*_sign_notes(raised), *file.notes, *_doubt_notes(became.values())],
    )


def _build_reported(response: FormResponse) -> ReportedCheckIn:
    details = {
        "parent": response.parent,
        "born": response.born,
        "concern": response.concern,
        "other": response.other,
    }
    return ReportedCheckIn(
        source_key=response.key,
        email=response.email,
        name=response.parent if response.about == "parent" else response.baby,
        moment=None,
        due_on=None,
        asked_at=None,
        answered_at=response.answered_at,
        values=response.values,
        texts=response.texts,
        kind="infant" if response.baby and response.about != "parent" else response.about,
        in_totals=response.in_totals,
        language=response.language,
        parent=response.parent,
        details={name: value for name, value in details.items() if value},
    )


def _newer_keys(
    conn: Connection, hand: FileInHand, responses: Iterable[FormResponse]
) -> frozenset[str]:
    """Return the keys of responses that a newer import contains."""
    ids = {_build_check_in_key(hand, response.key): response.key for response in responses}
    statement = (
        select(check_in_row.c.check_in_id)
        .join(
            import_,
            (import_.c.practice_id == check_in_row.c.practice_id)
            & (import_.c.id == check_in_row.c.import_id),
        )
        .where(
            check_in_row.c.practice_id == hand.practice_id,
            check_in_row.c.check_in_id.in_(among(conn, ids)),
        )
        .group_by(check_in_row.c.check_in_id)
        .having(func.max(import_.c.as_of) > hand.as_of)
    )
    return frozenset(ids[id_] for id_ in conn.execute(statement).scalars())


def _build_check_in_key(hand: FileInHand, key: str) -> str:
    return key_of(hand.practice_id, "check_in", hand.source, key)


def _save_births(
    conn: Connection,
    practice_id: str,
    responses: Iterable[FormResponse],
    became: Mapping[str, SavedCheckIn],
) -> dict[str, bool]:
    """Save birth dates that are not on file; return by key whether the row was inserted."""
    responses_by_client = {
        id_: response
        for response in responses
        if response.born and (id_ := became[response.key].client_id)
    }
    statement = (
        select(client.c.id, client.c.born_on, client_detail.c.client_id, client_detail.c.born_on)
        .outerjoin(
            client_detail,
            (client_detail.c.practice_id == client.c.practice_id)
            & (client_detail.c.client_id == client.c.id),
        )
        .where(
            client.c.practice_id == practice_id, client.c.id.in_(among(conn, responses_by_client))
        )
    )
    kept: dict[str, bool] = {}
    for id_, client_born_on, line, detail_born_on in conn.execute(statement).all():
        if client_born_on is not None or detail_born_on is not None:
            continue
        values = {"born_on": date.fromisoformat(str(responses_by_client[id_].born))}
        if line is None:
            key = {"practice_id": practice_id, "client_id": id_}
            conn.execute(insert(client_detail).values(**key, **values))
        else:
            of_client = (client_detail.c.practice_id == practice_id) & (
                client_detail.c.client_id == id_
            )
            conn.execute(update(client_detail).where(of_client).values(**values))
        kept[responses_by_client[id_].key] = line is None
    return kept


@dataclass(frozen=True)
class _SideEffects:
    """What was saved besides answers: births by response key, signs raised by check-in."""

    born: Mapping[str, bool]
    raised: Mapping[str, list[int]]


def _save_journal(
    conn: Connection,
    hand: FileInHand,
    checked: CheckedAnswers,
    became: Mapping[str, SavedCheckIn],
    beside: _SideEffects,
) -> Counts:
    """Save the outcome of each row, with what undo needs; return the counts by outcome."""
    counts, lines = Counts(), []
    by_row = {response.row: response.key for response in checked.responses}
    for response in checked.responses:
        result = became[response.key]
        before = dict(result.before or {})
        if response.key in beside.born:
            before["born"] = beside.born[response.key]
        outcome = result.outcome
        if signs := beside.raised.get(result.id):
            before["signs"] = signs
            outcome = "updated" if outcome == "unchanged" else outcome
        plain = json.dumps(before, ensure_ascii=False) if before else None
        lines.append((response.row, result.id, outcome, plain))
    for row, first in checked.repeats.items():
        lines.append((row, became[by_row[first]].id, "unchanged", None))
    for _, _, outcome, _ in lines:
        setattr(counts, outcome, getattr(counts, outcome) + 1)
    insert_rows(
        conn,
        check_in_row,
        ("practice_id", "import_id", "row_number", "check_in_id", "outcome", "before"),
        [(hand.practice_id, hand.import_id, *line) for line in lines],
    )
    return counts


def _settle_rows(conn: Connection, hand: FileInHand, responses: Iterable[FormResponse]) -> None:
    """Settle rows set aside from older files whose responses this file has without fault."""
    settle_rows(conn, hand)
    named = [key_of(hand.practice_id, hand.source, response.key) for response in responses]
    older = select(import_.c.id).where(
        import_.c.practice_id == hand.practice_id,
        import_.c.source == hand.source,
        import_.c.undone_at.is_(None),
        import_.c.as_of <= hand.as_of,
        import_.c.id != hand.import_id,
    )
    which = (
        (set_aside.c.practice_id == hand.practice_id)
        & IS_OPEN
        & set_aside.c.booking_id.in_(among(conn, named))
        & set_aside.c.import_id.in_(older)
    )
    conn.execute(update(set_aside).where(which).values(settled_by=hand.import_id))


def _sign_notes(raised: Mapping[str, list[int]]) -> list[str]:
    if not raised:
        return []
    signs = fmt.plural(sum(map(len, raised.values())), "warning sign")
    return [f"◆ {signs} ticked: acknowledge each on Check-ins before the scores are shown"]


def _doubt_notes(became: Iterable[SavedCheckIn]) -> list[str]:
    asks = sum(outcome.doubtful for outcome in became)
    if not asks:
        return []
    verb = "fits" if asks == 1 else "fit"
    return [f"{fmt.plural(asks, 'response')} {verb} nobody for certain: say on Records whose"]
