"""A note field that saves when it loses focus, without losing a second writer's text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import streamlit as st

from allay_metrics.errors import AllayError, Conflict
from allay_metrics.ui.problem import problem


class StoredNote(Protocol):
    """A stored note; version 0 means none yet."""

    @property
    def text(self) -> str:
        """Return its text."""

    @property
    def version(self) -> int:
        """Return the version that a save must name."""


@dataclass(frozen=True)
class _Base:
    text: str = ""
    version: int = 0


@dataclass(frozen=True)
class NoteField:
    """The field of one note: its label, and the functions that read and save it.

    `save` takes the text and the version it is based on, and raises Conflict when somebody saved
    meanwhile.
    """

    key: str
    label: str
    placeholder: str
    read: Callable[[], StoredNote]
    save: Callable[[str, int], int]
    height: int | Literal["stretch"] = "stretch"

    def draw(self, there: StoredNote) -> None:
        """Draw the field, and both texts where two people wrote at once."""
        base = st.session_state.get(self._base, _Base())
        if self._unsaved in st.session_state:
            # If the page could not be drawn meanwhile, the browser has lost the typed text.
            st.session_state[self.key] = st.session_state[self._unsaved]
        # Show what somebody else saved meanwhile, unless this user typed something.
        if self.key not in st.session_state or st.session_state[self.key] == base.text:
            st.session_state[self.key] = there.text
            st.session_state[self._base] = _Base(there.text, there.version)
        st.text_area(
            self.label,
            key=self.key,
            label_visibility="collapsed",
            placeholder=self.placeholder,
            height=self.height,
            on_change=self._save,
        )
        if refused := st.session_state.pop(f"{self.key}-refused", ""):
            problem(refused)
        if self._theirs in st.session_state:
            self._both(st.session_state[self._theirs])

    @property
    def _base(self) -> str:
        return f"{self.key}-base"

    @property
    def _unsaved(self) -> str:
        return f"{self.key}-unsaved"

    @property
    def _theirs(self) -> str:
        return f"{self.key}-theirs"

    def _save(self) -> None:
        base = st.session_state.get(self._base, _Base())
        text = st.session_state[self.key]
        st.session_state.pop(self._unsaved, None)
        try:
            version = self.save(text, base.version)
        except Conflict:
            other = self.read()
            st.session_state[self._theirs] = _Base(other.text, other.version)
            return
        except AllayError as error:
            st.session_state[f"{self.key}-refused"] = str(error)
            st.session_state[self._unsaved] = text
            return
        st.session_state[self._base] = _Base(text, version)
        st.session_state.pop(self._theirs, None)
        st.toast("Note kept.")

    def _both(self, theirs: _Base) -> None:
        """Draw both texts of a note that two people changed at once."""
        own_text = st.session_state[self.key]
        with st.container(key=f"al-two-texts-{self.key}", gap="xsmall"):
            problem(
                "This note was changed meanwhile. Yours is above and not saved yet. The other "
                f"text says:\n\n{theirs.text or '(nothing)'}"
            )
            with st.container(key="al-note-choices", horizontal=True, gap="xsmall"):
                for label, text in self._choices(own_text, theirs.text).items():
                    st.button(
                        label,
                        key=f"{self.key}-{label}",
                        on_click=self._settle,
                        args=(theirs, text),
                    )

    @staticmethod
    def _choices(own_text: str, other: str) -> dict[str, str]:
        both = f"{other}\n{own_text}".strip()
        return {"Keep mine": own_text, "Take the other": other, "Keep both": both}

    def _settle(self, theirs: _Base, text: str) -> None:
        st.session_state[self._base] = theirs
        st.session_state[self.key] = text
        self._save()
