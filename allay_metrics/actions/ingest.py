"""Takes any file in by itself: visits of a scheduling system, or parents' answers of a form."""

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
    """Take a file in, whatever it holds, and return what became of its rows.

    `visits` are options of `import_file` that say nothing of answers. Raises FileProblem, and then
    nothing was stored.
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
    """Return the file as answers, None where it holds visits or nothing that is known.

    Raises FileProblem where it was told to be answers and is none.
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
        return None  # what is wrong with it is said by who reads it as visits


def _is_own_kind_of_visits(scope: Scope, path: Path) -> bool:
    """Return whether a profile of the practice's own takes the file for visits.

    A booking form may ask what a check-in asks: her word goes before a guess.
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
    """Return the questionnaire a file is told to be read by, None for visits. FileProblem."""
    if profile is not None:
        try:
            text = profile.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return None  # what is wrong with it is said by who reads it as visits
        if not is_questionnaire(text):
            return None
        return read_questionnaire(profile.name, text, measures)
    named = [
        candidate for candidate in (*own, *shipped_questionnaires()) if candidate.name == source
    ]
    return named[0] if named else None
