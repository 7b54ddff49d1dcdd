"""The practice's own measures: listed, added, changed and retired. Only the owner changes them."""

import json
from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from allay_metrics.errors import Conflict, NotFound, QuestionProblem
from allay_metrics.outcomes.check_in_periods import BASELINES, MOMENTS, room_for
from allay_metrics.outcomes.measures import concerns
from allay_metrics.outcomes.own_measures import (
    MeasureDraft,
    OwnMeasure,
    check_it_is_new,
    own_id,
    read_own,
)
from allay_metrics.records import Scope
from allay_metrics.records.tables import answer, own_measure

# What gives an answer its meaning: it may not change once there are answers.
_MEANS = ("kind", "min", "max", "step", "higher_is", "en_choices", "es_choices")


def list_own_measures(scope: Scope) -> tuple[OwnMeasure, ...]:
    """Return the practice's own measures, sorted by label, retired ones last."""
    with scope.read() as conn:
        return read_own_measures(conn, scope.practice_id)


def read_own_measures(conn: Connection, practice_id: str) -> tuple[OwnMeasure, ...]:
    """Return the same within a transaction."""
    statement = select(own_measure.c.id, own_measure.c.definition, own_measure.c.version).where(
        own_measure.c.practice_id == practice_id
    )
    measures = [
        read_own(id_, json.loads(definition_json), version)
        for id_, definition_json, version in conn.execute(statement)
    ]
    return tuple(
        sorted(
            measures,
            key=lambda measure: (measure.retired, measure.measure.label.casefold(), measure.id),
        )
    )


def add_measure(scope: Scope, draft: MeasureDraft) -> str:
    """Save a new measure and return its id. Owner only.

    Raises QuestionProblem for one that cannot be asked or counted, that exists already, or for
    which a form has no room.
    """
    definition = _build_definition(draft)
    with scope.write("add a measure") as conn:
        others = read_own_measures(conn, scope.practice_id)
        check_it_is_new(definition, others)
        id_ = own_id(draft.label, [other.id for other in others])
        _check_room([*others, read_own(id_, definition)])
        row = {
            "practice_id": scope.practice_id,
            "id": id_,
            "definition": _format_definition(definition),
        }
        conn.execute(insert(own_measure), row)
    return id_


def change_measure(scope: Scope, id_: str, draft: MeasureDraft, version: int) -> None:
    """Save a changed definition of a measure. Owner only.

    Raises QuestionProblem for a change of scale or direction once there are answers, Conflict where
    it was changed meanwhile, NotFound.
    """
    definition = _build_definition(draft)
    with scope.write("change a measure") as conn:
        all_ = read_own_measures(conn, scope.practice_id)
        others = [draft_other for draft_other in all_ if draft_other.id != id_]
        check_it_is_new(definition, others)
        before = _read_definition(conn, scope, id_)
        if any(before[name] != definition[name] for name in _MEANS) and _is_answered(
            conn, scope, id_
        ):
            raise QuestionProblem(
                "This measure has answers on its current scale: retire it and add a new one."
            )
        definition["retired"] = before["retired"]
        _check_room([*others, read_own(id_, definition)])
        _save(conn, scope, id_, definition, version)


def retire_measure(scope: Scope, id_: str, version: int, *, retired: bool = True) -> None:
    """Retire a measure or ask it again; its answers stay. Owner only.

    Raises Conflict where it was changed meanwhile, NotFound, QuestionProblem where a form has no
    room for it.
    """
    with scope.write("retire a measure" if retired else "ask a measure again") as conn:
        definition = _read_definition(conn, scope, id_) | {"retired": "yes" if retired else ""}
        others = [
            draft_other
            for draft_other in read_own_measures(conn, scope.practice_id)
            if draft_other.id != id_
        ]
        _check_room([*others, read_own(id_, definition)])
        _save(conn, scope, id_, definition, version)


def _build_definition(draft: MeasureDraft) -> dict[str, str]:
    moments = [moment for moment in MOMENTS if moment in draft.moments]
    if not set(moments) & set(BASELINES) or not set(moments) - set(BASELINES):
        raise QuestionProblem("Ask it before the first visit and at least once after it.")
    return draft.definition()


def _check_room(own: list[OwnMeasure]) -> None:
    """Raise QuestionProblem where a form would ask more than it may."""
    for concern in concerns().values():
        for moment in MOMENTS:
            count = sum(measure.is_asked(concern.id, moment) for measure in own)
            if count > room_for(concern):
                raise QuestionProblem(
                    f"A form asks eight questions at most: for {concern.label} there is room for "
                    f"{room_for(concern)} of your own."
                )


def _read_definition(conn: Connection, scope: Scope, id_: str) -> dict[str, str]:
    statement = select(own_measure.c.definition).where(
        own_measure.c.practice_id == scope.practice_id, own_measure.c.id == id_
    )
    definition_json = conn.execute(statement).scalar_one_or_none()
    if definition_json is None:
        raise NotFound("There is no such measure.")
    return dict(json.loads(definition_json))


def _is_answered(conn: Connection, scope: Scope, id_: str) -> bool:
    statement = select(answer.c.measure).where(
        answer.c.practice_id == scope.practice_id, answer.c.measure == id_
    )
    return conn.execute(statement.limit(1)).first() is not None


def _save(
    conn: Connection, scope: Scope, id_: str, definition: Mapping[str, str], version: int
) -> None:
    this = (
        (own_measure.c.practice_id == scope.practice_id)
        & (own_measure.c.id == id_)
        & (own_measure.c.version == version)
    )
    values = {"definition": _format_definition(definition), "version": version + 1}
    if not conn.execute(update(own_measure).where(this).values(values)).rowcount:
        raise Conflict("This measure was changed meanwhile: reload it first.")


def _format_definition(definition: Mapping[str, str]) -> str:
    return json.dumps(definition, ensure_ascii=False, sort_keys=True)
