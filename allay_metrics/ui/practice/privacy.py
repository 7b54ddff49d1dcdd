"""Privacy: backups, retention of answers, erasing a family, and the audit trail."""

from datetime import datetime

import streamlit as st

from allay_metrics import config
from allay_metrics import formatting as fmt
from allay_metrics.actions.backups import LastBackup, back_up, read_last_backup
from allay_metrics.actions.family_erasure import ErasureResult, erase_family
from allay_metrics.actions.retention import LONGEST, SHORTEST, read_retention, save_retention
from allay_metrics.errors import Conflict
from allay_metrics.records import Scope
from allay_metrics.review.audit_trail import ErasureCandidate, find_families
from allay_metrics.ui.cached_by_version import clear_caches
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import mark, markdown
from allay_metrics.ui.practice.flash import Flash, run_action
from allay_metrics.ui.practice.trail import trail_card

OLD = 7 * 86_400  # seconds after which a backup is old
_FIND, _WHICH, _TYPED = "al-erase-find", "al-erase-which", "al-erase-typed"
_CHECK_INS, _ASIDE = "al-keep-check-ins", "al-keep-aside"


def privacy_part(scope: Scope) -> None:
    """Draw backup and retention side by side, then erasing, then the audit trail."""
    left, right = st.columns(2, gap="small")
    with left:
        _draw_backup(scope)
    with right:
        _draw_retention(scope)
    _draw_erase(scope)
    trail_card(scope)


def _draw_backup(scope: Scope) -> None:
    last = read_last_backup(scope)
    with card("backup", fill=True):
        head("Backup")
        st.html(f'<p class="al-look">{_backup_state(scope, last)}</p>')
        note(
            "One file with everything in it, checked in full when the command line restores it. "
            "Keep a copy away from this computer."
        )
        st.button("Make a backup now", key="al-backup", on_click=_back_up, args=(scope,))


def _backup_state(scope: Scope, last: LastBackup | None) -> str:
    if last is None:
        return mark("No backup so far")
    at = datetime.fromtimestamp(last.made_at, scope.zone)
    sentence = f"Last backup <b>{fmt.moment(at)}</b>, {fmt.plural(last.rows, 'row')}."
    age = datetime.now(scope.zone).timestamp() - last.made_at
    return f"{sentence} {mark('Older than a week')}" if age > OLD else sentence


def _back_up(scope: Scope) -> None:
    name = f"allay-{datetime.now(scope.zone):%Y-%m-%d-%H%M}.allay"
    path = config.data_dir() / "backups" / name
    run_action(
        lambda: back_up(scope, path),
        lambda made: Flash(f"{fmt.plural(made.rows, 'row')} backed up into {path}."),
    )


def _draw_retention(scope: Scope) -> None:
    kept = read_retention(scope)
    with card("retention", fill=True), st.form("al-retention", border=False):
        head("How long answers are kept", "months; empty: for good")
        note(
            "Older ones are deleted at the next import or start, and recorded in the audit trail. "
            "Visits stay: every number is computed from them."
        )
        _draw_months("Check-ins", kept.check_ins, _CHECK_INS)
        _draw_months("Rows set aside", kept.set_aside, _ASIDE)
        if kept.removed:
            note(f"{fmt.plural(kept.removed, 'check-in')} removed so far.")
        st.form_submit_button("Save", on_click=_save_retention, args=(scope,))


def _draw_months(label: str, kept: int | None, key: str) -> None:
    st.number_input(
        label,
        min_value=SHORTEST,
        max_value=LONGEST,
        value=kept,
        step=1,
        placeholder="For good",
        key=key,
    )


def _save_retention(scope: Scope) -> None:
    check_ins, aside = st.session_state[_CHECK_INS], st.session_state[_ASIDE]
    run_action(
        lambda: save_retention(scope, check_ins, aside),
        lambda _none: Flash("Saved: older ones are deleted at the next import or start."),
    )


def _draw_erase(scope: Scope) -> None:
    with card("erase"):
        head("Erase a family", "for good")
        note(
            "Takes a family out of visits, notes, check-ins, raw rows and the database's files. "
            "Its visits no longer count, earlier weeks say so, and a newer export does not bring "
            "it back. **Earlier backups still contain it**: delete them yourself."
        )
        text = st.text_input(
            "Find the family", key=_FIND, placeholder="Name, e-mail or phone", max_chars=80
        )
        families = find_families(scope, text)
        if text.strip() and not families:
            note("No family on file has this name, e-mail or phone.")
        if families:
            chosen = st.radio("Which one?", families, key=_WHICH, format_func=_family_label)
            st.text_input(
                f"Type its name to confirm: {markdown(chosen.name)}", key=_TYPED, max_chars=80
            )
            st.button("Erase for good", key="al-erase", on_click=_erase, args=(scope, chosen))


def _family_label(erasable: ErasureCandidate) -> str:
    return markdown(", ".join(filter(None, (erasable.name, erasable.email, erasable.phone))))


def _erase(scope: Scope, erasable: ErasureCandidate) -> None:
    typed = st.session_state[_TYPED].strip().casefold()
    if typed != erasable.name.strip().casefold():
        run_action(_refuse, lambda _none: Flash(""))
        return
    if run_action(lambda: erase_family(scope, erasable.id), _describe_erasure):
        clear_caches()
        st.session_state[_FIND] = st.session_state[_TYPED] = ""


def _refuse() -> None:
    raise Conflict("The name typed is not that of the family: nothing was erased.")


def _describe_erasure(gone: ErasureResult) -> Flash:
    counts = [
        fmt.plural(gone.rows, "booking"),
        fmt.plural(gone.check_ins, "check-in"),
        f"{fmt.plural(gone.aside, 'row')} set aside",
    ]
    rest = "" if gone.scrubbed else " The database's log is emptied when nobody reads any more."
    return Flash(
        f"The family is erased: {fmt.join_list(counts)}. Earlier backups still contain it.{rest}"
    )
