"""Imports any file: visits of a scheduling system, or parents' answers of a form."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from allay_metrics.actions.file_import import ImportReport, import_file
from allay_metrics.actions.own_measure_changes import list_own_measures
from allay_metrics.actions.profiles import read_own_profiles, read_own_questionnaires
from allay_metrics.actions.questionnaires import import_answers
from allay_metrics.errors import FileProblem
from allay_metrics.intake.questionnaires import (
    AnswersFile,
    Questionnaire,
    is_questionnaire,
    open_answers,
    read_questionnaire,
    shipped_questionnaires,
)
from allay_metrics.intake.source_file import open_source
from allay_metrics.outcomes.own_measures import OwnMeasure
from allay_metrics.records import Scope


def ingest_file(
    scope: Scope,
    path: Path,
    *,
    source: str | None = None,
    profile: Path | None = None,
    as_of: int | None = None,
    dry_run: bool = False,
    progress: Callable[[float], None] = lambda _share: None,
    **visits: Any,
) -> ImportReport:
    """Import a file of visits or answers and return what became of its rows.

    `visits` are options of `import_file` that apply to visits only. Raises FileProblem; nothing is
    stored then.
    """
    answers = open_answers_file(scope, path, source=source, profile=profile)
    if answers is not None:
        return import_answers(scope, answers, as_of=as_of, dry_run=dry_run, progress=progress)
    return import_file(
        scope,
        path,
        source=source,
        profile=profile,
        as_of=as_of,
        dry_run=dry_run,
        progress=progress,
        **visits,
    )


def open_answers_file(
    scope: Scope, path: Path, *, source: str | None = None, profile: Path | None = None
) -> AnswersFile | None:
    """Return the file as answers, None where it contains visits or nothing recognised.

    Raises FileProblem where the caller says that it contains answers and it does not.
    """
    own = read_own_questionnaires(scope)
    measures = list_own_measures(scope)
    questionnaire = choose_questionnaire(own, source, profile, measures)
    if questionnaire is None and (source or profile or _is_own_kind_of_visits(scope, path)):
        return None
    try:
        return open_answers(
            path,
            timezone=scope.timezone,
            own=own,
            explicit_profile=questionnaire,
            measures=measures,
        )
    except FileProblem:
        if questionnaire:
            raise
        return None  # the reader of visits reports what is wrong with it


def _is_own_kind_of_visits(scope: Scope, path: Path) -> bool:
    """Return whether one of the practice's own profiles recognises the file as visits.

    A booking form may ask what a check-in asks: the owner's profile wins over a guess.
    """
    own = read_own_profiles(scope)
    if not own:
        return False
    try:
        return open_source(path, timezone=scope.timezone, own=own).profile in own
    except FileProblem:
        return False


def choose_questionnaire(
    own: Sequence[Questionnaire],
    source: str | None,
    profile: Path | None,
    measures: Sequence[OwnMeasure] = (),
) -> Questionnaire | None:
    """Return the questionnaire the caller chose, None for visits. Raises FileProblem."""
    if profile is not None:
        try:
            text = profile.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return None  # the reader of visits reports what is wrong with it
        if not is_questionnaire(text):
            return None
        return read_questionnaire(profile.name, text, measures)
    named = [
        candidate for candidate in (*own, *shipped_questionnaires()) if candidate.name == source
    ]
    return named[0] if named else None
