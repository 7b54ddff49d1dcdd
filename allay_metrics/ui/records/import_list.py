"""All imports, newest first, each with its changes and an undo."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.actions.undo import undo_import
from allay_metrics.errors import AllayError
from allay_metrics.records import Scope
from allay_metrics.review.export_lists import imports_export
from allay_metrics.review.import_history import PastImport, describe_undo, past_imports
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.export import export_button
from allay_metrics.ui.html import escape
from allay_metrics.ui.problem import problem
from allay_metrics.ui.records.account import account_words, equation
from allay_metrics.ui.records.changes import open_changes
from allay_metrics.ui.records.result import describe_import
from allay_metrics.ui.records.upload import TAKEN

SHOWN = 8
_ALL = "al-records-all-imports"
_UNDONE = "al-records-undone"
_REFUSED = "al-records-undo-refused"
_GOING = "al-records-undo-going"


def import_list(scope: Scope) -> None:
    """Draw every import with the account of its rows; undone ones are greyed."""
    _undo_asked(scope)
    past = past_imports(scope)
    with card("imports"):
        in_force = sum(import_.undone_at is None for import_ in past)
        undone = f", {fmt.number(len(past) - in_force)} undone" if in_force < len(past) else ""
        head("Imports", f"newest first; {fmt.plural(in_force, 'file')} on file{undone}")
        if message := st.session_state.pop(_UNDONE, ""):
            st.html(f'<p class="al-done" role="status">{escape(message)}</p>')
        if refused := st.session_state.pop(_REFUSED, ""):
            problem(refused)
        shown = past if st.session_state.get(_ALL) else past[:SHOWN]
        with st.container(key="al-imports", gap=None):
            for past_import in shown:
                _line(scope, past_import)
        with st.container(key="al-imports-below", horizontal=True):
            if len(shown) < len(past):
                st.button(
                    f"Show all {fmt.number(len(past))}",
                    type="tertiary",
                    key="al-imports-all",
                    on_click=lambda: st.session_state.update({_ALL: True}),
                )
            export_button(
                scope,
                "imports",
                "imports",
                lambda: imports_export(scope),
                label="Export the account",
            )


def _line(scope: Scope, past: PastImport) -> None:
    with st.container(key=f"al-import-line-{past.sequence}", horizontal=True, gap="small"):
        gone = past.undone_at is not None
        when = f"undone {fmt.moment(past.undone_at)}" if past.undone_at else describe_import(past)
        st.html(
            f'<div class="al-import{" gone" if gone else ""}"><b>{escape(past.file_name)}</b>'
            f"<span>{escape(when)}</span>"
            f"<em>{escape(account_words(past, past.set_aside))}</em></div>"
        )
        if not gone and st.button(
            "Changes",
            type="tertiary",
            key=f"al-changes-{past.sequence}",
            help=f"What the import of {fmt.moment(past.imported_at)} changed",
        ):
            open_changes(scope, past, describe_import(past))
        if not gone and st.button(
            "Undo",
            type="tertiary",
            key=f"al-undo-{past.sequence}",
            help=f"Take the import of {fmt.moment(past.imported_at)} back",
        ):
            _ask(scope, past)


def _ask(scope: Scope, past: PastImport) -> None:
    """Open the drawer that describes the undo and asks for confirmation."""

    def body() -> None:
        equation(past, past.set_aside)
        note("Every number that rests on these rows changes with it. Importing the file again "
             "brings them back.")  # fmt: skip
        st.button(
            "Undo this import",
            type="primary",
            key="al-take-back",
            on_click=lambda: st.session_state.update({_GOING: past.id}),
        )
        _undo_asked(scope)
        if _UNDONE in st.session_state:
            st.rerun()
        if refused := st.session_state.pop(_REFUSED, ""):
            problem(refused)

    came = f"Taken in {fmt.moment(past.imported_at)}. {describe_import(past)}."
    drawer(
        f"Undo the import of {past.file_name}",
        body,
        definitions=[("What it takes back", describe_undo(past)), ("The file", came)],
    )


def _undo_asked(scope: Scope) -> None:
    """Undo the requested import, in whichever run comes first: the drawer's or the page's."""
    import_id = st.session_state.pop(_GOING, "")
    if not import_id:
        return
    try:
        with st.spinner("Taking it back"):
            name = undo_import(scope, import_id)
    except AllayError as error:
        st.session_state[_REFUSED] = str(error)
        return
    st.session_state.pop(TAKEN, None)
    st.session_state[_UNDONE] = f"The import of {name} is undone."
