"""The question about visits a file lacks: in the preview, and while it is unanswered."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.absence_answers import answer_absence, undo_absence_answer
from allay_metrics.derive.absence_evidence import AbsenceAnswer, Group
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.missing import AnsweredFile, OpenQuestion, answered_files, open_questions
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import escape, markdown, rich
from allay_metrics.ui.problem import problem

GONE, NOT_HELD, LATER = "gone", "not_held", "later"
_CHOICES = {
    NOT_HELD: ("The file did not hold them all", "Tick what it left out; the visits stand."),
    GONE: ("They are gone", "They leave every number, and you decide on each: cancelled or kept."),
    LATER: ("Ask me later", "Nothing is missing until you answer; it waits here and on the Week."),
}
_DONE, _WRONG = "al-absent-done", "al-absent-wrong"


def ask_about_absence(question: OpenQuestion, key: str) -> AbsenceAnswer | None:
    """Draw the question with its likely reasons; return the answer, None for later."""
    with st.container(key=f"al-absent-{key}", gap="small"):
        visits = fmt.plural(question.visits, "visit")
        is_ = "is" if question.visits == 1 else "are"
        why = "".join(f"<li>{rich(_sentence(reason))}</li>" for reason in question.reasons)
        reasons = f'<ul class="al-told">{why}</ul>' if why else ""
        st.html(
            f'<h3 class="al-h3">{visits} on file {is_} not in {escape(question.file_name)}</h3>'
            f'<p class="al-say">{escape(question.summary)}</p>{reasons}'
        )
        chosen = st.radio(
            "What became of them?",
            list(_CHOICES),
            index=2,
            format_func=lambda name: _CHOICES[name][0],
            captions=[caption for _, caption in _CHOICES.values()],
            key=f"al-absent-what-{key}",
        )
        if chosen == GONE:
            return AbsenceAnswer()
        if chosen == LATER:
            return None
        return _ask_which(question, key)


def _ask_which(question: OpenQuestion, key: str) -> AbsenceAnswer | None:
    """Draw the months, therapists and types to tick as left out; None until one is ticked."""
    left_out: set[Group] = set()
    with st.container(key=f"al-absent-which-{key}", gap=None):
        for index, choice in enumerate(question.choices):
            ticked = st.checkbox(
                markdown(choice.label), value=choice.is_likely, key=f"al-absent-{key}-{index}"
            )
            if ticked:
                left_out.add(choice.group)
    if not left_out:
        note("Tick at least one, or say that they are gone.")
        return None
    return AbsenceAnswer(frozenset(left_out))


def waiting_questions(scope: Scope) -> None:
    """Draw the open questions of imported files with their answers to save, and those answered."""
    questions, answered = open_questions(scope), answered_files(scope)
    if not (questions or answered):
        return
    with card("absent"):
        visits = sum(question.visits for question in questions)
        head(
            "Did these files hold everything?",
            f"{fmt.plural(visits, 'visit')} wait for an answer" if visits else "all answered",
        )
        if done := st.session_state.pop(_DONE, ""):
            st.html(f'<p class="al-done" role="status">{escape(done)}</p>')
        if wrong := st.session_state.pop(_WRONG, ""):
            problem(wrong)
        for question in questions:
            answer = ask_about_absence(question, question.import_id)
            st.button(
                "Save the answer",
                key=f"al-absent-save-{question.import_id}",
                disabled=answer is None,
                on_click=_save,
                args=(scope, question, answer),
            )
        for file in answered:
            _draw_answered(scope, file)


def _draw_answered(scope: Scope, file: AnsweredFile) -> None:
    with st.container(
        key=f"al-absent-was-{file.import_id}", horizontal=True, vertical_alignment="center"
    ):
        st.html(
            f'<p class="al-miss"><b>{escape(file.file_name)}</b>'
            f"<span>{escape(file.words)}</span></p>"
        )
        st.button(
            "Ask again",
            type="tertiary",
            key=f"al-absent-back-{file.import_id}",
            on_click=_undo_answer,
            args=(scope, file),
        )


def _save(scope: Scope, question: OpenQuestion, answer: AbsenceAnswer) -> None:
    try:
        counts = answer_absence(scope, question.import_id, answer)
    except AllayError as error:
        st.session_state[_WRONG] = str(error)
        return
    missing = fmt.plural(counts.missing, "visit")
    st.session_state[_DONE] = f"Saved: {missing} missing now. Every number follows."


def _undo_answer(scope: Scope, file: AnsweredFile) -> None:
    try:
        undo_absence_answer(scope, file.import_id)
    except AllayError as error:
        st.session_state[_WRONG] = str(error)
        return
    st.session_state[_DONE] = f"{file.file_name} asks again, where visits are not in it."


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."
