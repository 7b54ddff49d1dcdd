"""The upload: drop a file, confirm what it is, see what will happen, import it."""

from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.file_import import ImportReport
from allay_metrics.actions.questionnaires import HOLDS as HOLDS_ANSWERS
from allay_metrics.derive.absence_evidence import AbsenceAnswer
from allay_metrics.errors import AllayError
from allay_metrics.intake.encoding import CP1252
from allay_metrics.intake.source_detection import NotRecognised
from allay_metrics.records import Scope
from allay_metrics.review.import_history import SaveKey
from allay_metrics.ui.card import note
from allay_metrics.ui.html import markdown
from allay_metrics.ui.mapping.own_profiles import own_profiles_list
from allay_metrics.ui.mapping.page import mapping
from allay_metrics.ui.mapping.questionnaire_mapping import holds_answers, mapping_of_answers
from allay_metrics.ui.problem import problem
from allay_metrics.ui.records.as_of_field import ask_when
from allay_metrics.ui.records.export_question import ask_about_absence
from allay_metrics.ui.records.import_preview import preview, recognised_line
from allay_metrics.ui.records.preview_actions import (
    ExportRecognition,
    ImportPreview,
    Upload,
    ingest,
    preview_import,
    recognise,
    sample_of,
)
from allay_metrics.ui.records.questionnaire_upload import (
    AnswersRecognition,
    draw_answers_preview,
    ingest_answers,
    key_of_answers,
    preview_answers,
    recognise_answers,
    recognised_answers,
)

TAKEN = "al-records-taken"
_RUNNING = "al-records-running"
_TURN = "al-records-turn"
_CACHE = "al-records-seen"
_MAPPING = "al-records-mapping"
# One at a time, or two tabs would both find that the file is not imported yet.
_ONE_AT_A_TIME = Lock()

HOLDS = {
    "kept": (
        "Kept visits only",
        "A default Acuity export: cancelled visits and no-shows are left out of it.",
    ),
    "all": (
        "Kept and cancelled visits",
        "Everything, with a column that says which visits were cancelled.",
    ),
    "cancelled": (
        "Cancelled visits only",
        "A second export with nothing but cancelled visits and no-shows.",
    ),
}


def draw_upload(scope: Scope) -> bool:
    """Draw the upload and, once there is a file, all steps up to its import.

    Returns whether there is a file.
    """
    turn = st.session_state.setdefault(_TURN, 0)
    file: Any = st.file_uploader(
        "An export of your scheduling system, or parents' answers of a form: CSV, XLSX or a "
        "calendar (.ics)",
        type=["csv", "tsv", "txt", "xlsx", "ics"],
        key=f"al-file-{turn}",
    )
    with st.expander("Other column names? Read the file by a profile of your own"):
        note(
            "A profile says in a small text file which column is which. Exports of Acuity, Jane, "
            "Calendly, SimplePractice and Google Calendar need none, nor do tables with plain "
            "headers such as Start, End and Client. Of any other table you say once, on screen, "
            "which column is which."
        )
        profile: Any = st.file_uploader("Profile, TOML", type=["toml"], key=f"al-profile-{turn}")
        own_profiles_list(scope)
    if file is None:
        return False
    try:
        if st.session_state.get(_MAPPING) == file.file_id:
            _map(scope, Upload(file), file.file_id)
        else:
            ids = (file.file_id, profile.file_id if profile else "")
            upload = Upload(file, profile)
            answers = _remember(("answers", ids), lambda: recognise_answers(scope, upload))
            if answers:
                _draw_answers_steps(scope, upload, answers, ids)
            else:
                _draw_steps(scope, upload, ids)
    except NotRecognised as error:
        note(f"{error}")
        _map(scope, Upload(file), file.file_id, why=str(error))
    except AllayError as error:
        problem(f"{error} Nothing was stored.")
    return True


def _map(scope: Scope, upload: Upload, file_id: str, why: str = "") -> None:
    """Draw the mapping of the file's columns; once it is saved, the file is read again."""

    def done() -> None:
        for key in (_MAPPING, _CACHE):
            st.session_state.pop(key, None)

    try:
        sample = _remember(("sample", file_id), lambda: sample_of(upload))
    except AllayError as error:
        problem(f"{why or error} Nothing was stored.")
        return
    key = f"al-map-{file_id}"
    draw = mapping_of_answers if holds_answers(key) else mapping
    draw(scope, sample, key, done)
    st.button("Not this file", type="tertiary", key="al-map-not", on_click=start_over)


def start_over() -> None:
    """Clear the file and its result, ready for the next one."""
    for key in (TAKEN, _RUNNING, _CACHE, _MAPPING):
        st.session_state.pop(key, None)
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def _draw_steps(scope: Scope, upload: Upload, ids: tuple[str, ...]) -> None:
    uploaded = datetime.fromtimestamp(_remember(("at", ids), _timestamp), scope.zone)
    recognition: ExportRecognition = _remember(("is", ids), lambda: recognise(scope, upload))
    recognised_line(recognition)
    if not upload.profile:
        st.button(
            "Its columns mean something else",
            type="tertiary",
            icon=":material/table_edit:",
            key="al-map-anyway",
            on_click=_map_anyway,
            args=(ids[0],),
        )
    if recognition.second and (second := _second_report(recognition, ids[0])):
        upload = replace(upload, beside=second)
        ids = (*ids, second.file_id)
        recognition = _remember(("is", ids), lambda: recognise(scope, upload))
    choices = _ask(recognition, uploaded, ids[0])
    if choices is None:
        return
    holds, as_of = choices
    key = SaveKey(recognition.sha256, recognition.source, holds, as_of)
    looked: ImportPreview = _remember(
        ("does", ids, key, scope.data_version()), lambda: _preview(scope, upload, key)
    )
    preview(recognition, looked)
    if not looked.report.rows_read:
        note("The file has a header and no rows: there is nothing to take in.")
        return
    answer = None
    if looked.question:
        answer = ask_about_absence(looked.question, key.file_hash[:12])
        note("If it is a file of cancelled visits only, say so above.")
    _import_button(
        scope, upload, key, looked.report, answer=answer, is_certain=_confirm_export(key, looked)
    )


def _confirm_export(key: SaveKey, looked: ImportPreview) -> bool:
    """Ask to confirm the moment of export where the content contradicts it."""
    if not looked.doubt:
        return True
    return st.checkbox(
        f"Yes, it was exported at the time above, although {markdown(looked.doubt)}",
        key=f"al-exported-{key.file_hash[:12]}-{key.as_of}",
    )


def _draw_answers_steps(
    scope: Scope, upload: Upload, recognition: AnswersRecognition, ids: tuple[str, ...]
) -> None:
    uploaded = datetime.fromtimestamp(_remember(("at", ids), _timestamp), scope.zone)
    recognised_answers(recognition)
    as_of = ask_when(uploaded, ids[0], *st.columns(2, gap="medium"))
    if as_of is None:
        return
    key = key_of_answers(recognition, as_of)
    report = _remember(
        ("does", ids, key, scope.data_version()), lambda: preview_answers(scope, upload, as_of)
    )
    draw_answers_preview(report)
    _import_button(scope, upload, key, report)


def _map_anyway(file_id: str) -> None:
    st.session_state[_MAPPING] = file_id


def _second_report(recognition: ExportRecognition, file_id: str) -> Any:
    """Draw the uploader of the second report; return the file once it is there."""
    return st.file_uploader(
        f"The {recognition.second} of {recognition.label}, if you have it: it tells prices",
        type=["csv", "tsv", "txt", "xlsx"],
        key=f"al-second-{file_id}",
    )


def _timestamp() -> float:
    return datetime.now().timestamp()  # noqa: DTZ005 - an instant, the zone does not matter


def _remember(key: tuple[Any, ...], find: Any) -> Any:
    """Return the cached result for this file, so that no click reads the file again."""
    cache = st.session_state.setdefault(_CACHE, {})
    if key not in cache:
        cache[key] = find()
    return cache[key]


def _ask(
    recognition: ExportRecognition, uploaded: datetime, file_id: str
) -> tuple[str, int] | None:
    """Draw the two questions about a file; return what it holds and its as-of, else None."""
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(key="al-holds"):
        holds = st.radio(
            "What does the file hold?",
            list(HOLDS),
            index=list(HOLDS).index(recognition.holds),
            format_func=lambda key: HOLDS[key][0],
            captions=[why for _, why in HOLDS.values()],
            key=f"al-holds-{file_id}",
        )
    hint = "Visits count as they stood then. If you exported the file just now, leave it."
    as_of = ask_when(uploaded, file_id, right, right, hint)
    return None if as_of is None else (holds, as_of)


def _preview(scope: Scope, upload: Upload, key: SaveKey) -> ImportPreview:
    bar = st.progress(0.0, "Looking what will happen")
    looked = preview_import(scope, upload, key.holds, key.as_of, lambda share: tell(bar, share))
    bar.empty()
    return looked


def tell(bar: Any, share: float) -> None:
    """Move a progress bar to a share of 0 to 1."""
    bar.progress(min(max(share, 0.0), 1.0))


def _import_button(
    scope: Scope,
    upload: Upload,
    key: SaveKey,
    report: ImportReport,
    *,
    answer: AbsenceAnswer | None = None,
    is_certain: bool = True,
) -> None:
    running = st.session_state.get(_RUNNING) == key
    rows = fmt.plural(report.rows_read - len(report.set_aside), "row")
    read_right = not any(CP1252 in text for text in report.notes) or st.checkbox(
        "Names read right above, accents and all (the file does not say how its letters are kept)",
        key=f"al-letters-{key.file_hash[:12]}",
    )
    with st.container(key="al-import-go", horizontal=True):
        st.button(
            f"Import {rows}",
            type="primary",
            key="al-import",
            disabled=running or not (read_right and is_certain),
            on_click=_on_import,
            args=(key,),
        )
        st.button("Not this file", type="tertiary", key="al-import-not", on_click=start_over)
    if running:
        _ingest(scope, upload, key, answer)


def _on_import(key: SaveKey) -> None:
    st.session_state[_RUNNING] = key


def _ingest(scope: Scope, upload: Upload, key: SaveKey, answer: AbsenceAnswer | None) -> None:
    """Import, then rerun the page: everything on it may have changed.

    A click elsewhere meanwhile ends this run and rolls the import back; the next run starts it
    again.
    """
    bar = st.progress(0.0, f"Importing {markdown(upload.file.name)}")
    try:
        with _ONE_AT_A_TIME:
            if key.holds == HOLDS_ANSWERS:
                taken = ingest_answers(scope, upload, key)
            else:
                taken = ingest(scope, upload, key, lambda share: tell(bar, share), answer)
    except Exception:
        st.session_state.pop(_RUNNING, None)
        raise
    start_over()
    st.session_state[TAKEN] = taken
    st.rerun()
