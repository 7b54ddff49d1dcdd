"""The Records page: the upload first, then open decisions, then what is on file."""

import streamlit as st

from allay_metrics.demo.practice_choice import is_demo_alone, make_demo
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.record_status import read_record_status
from allay_metrics.ui.card import card, head, note, say
from allay_metrics.ui.name_hiding import WHY
from allay_metrics.ui.problem import problem
from allay_metrics.ui.records.client_choice import draw_client_matching
from allay_metrics.ui.records.export_question import waiting_questions
from allay_metrics.ui.records.import_list import import_list
from allay_metrics.ui.records.missing_list import missing
from allay_metrics.ui.records.open_questions import coverage, questions
from allay_metrics.ui.records.result import result
from allay_metrics.ui.records.set_aside import rows_set_aside
from allay_metrics.ui.records.upload import TAKEN, draw_upload, start_over, tell
from allay_metrics.ui.session import leave
from allay_metrics.ui.shell import page_head
from allay_metrics.ui.week.head import as_of_items

WEEK = "pages/owner/week.py"
_REFUSED = "al-records-refused"


def records_page(scope: Scope) -> None:
    """Draw the whole page."""
    status = read_record_status(scope)
    page_head("Records", "how they come in, and what became of every row", as_of_items(status))
    _draw_way_in(scope, empty=status.newest is None)
    if not scope.has_records():
        return
    waiting_questions(scope)
    left, right = st.columns(2, gap="small")
    with left:
        missing(scope)
    with right:
        rows_set_aside(scope)
    draw_client_matching(scope)
    questions(scope)
    import_list(scope)
    if status.newest is not None:
        coverage(status)


def _draw_way_in(scope: Scope, *, empty: bool) -> None:
    with card("way-in"):
        if scope.viewer.hides_names:
            head("Bring a file in")
            note(WHY)
        elif scope.is_demo:
            _draw_demo_note()
        elif TAKEN in st.session_state:
            result(scope, st.session_state[TAKEN])
            with st.container(key="al-after-import", horizontal=True):
                if st.button("See the week", type="primary", key="al-see-week"):
                    st.switch_page(WEEK)
                st.button("Bring in another file", key="al-another", on_click=start_over)
        elif empty:
            _draw_first_file(scope)
        else:
            head("Bring a file in", "importing twice changes nothing; a newer export updates")
            draw_upload(scope)


def _draw_demo_note() -> None:
    head("Bring a file in")
    if is_demo_alone():
        note("This server shows the invented practice only: no file comes in here.")
        return
    say("This practice is invented, and no file of yours is mixed into it.")
    st.button("Start with my own records", type="primary", key="al-start-own", on_click=_leave_demo)
    note("The invented practice goes, and an empty one is yours to fill.")
    if refused := st.session_state.pop(_REFUSED, ""):
        problem(refused)


def _leave_demo() -> None:
    try:
        leave()
    except AllayError as error:
        st.session_state[_REFUSED] = str(error)


def _draw_first_file(scope: Scope) -> None:
    head("Bring a file in", "it stays on this computer")
    say("Drop in your first export. ~~Every row of it is counted, or set aside with a reason.~~")
    note(
        "In Acuity it is the CSV called **Export appointments**. Exported as it comes, cancelled "
        "visits and no-shows are not in it: export those as a second file, and rates that need "
        "them have values, too. Any other table of visits, CSV or XLSX, will do."
    )
    if draw_upload(scope):
        return
    if st.button(
        "Look around in an invented practice first",
        type="tertiary",
        key="al-see-demo",
        icon=":material/visibility:",
    ):
        _see_demo()


def _see_demo() -> None:
    bar = st.progress(0.0, "Inventing a practice")
    make_demo(lambda share: tell(bar, share))
    start_over()
    st.rerun()
