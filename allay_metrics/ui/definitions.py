"""The Definitions page: every metric, from the registry that the code uses."""

from collections.abc import Sequence

import streamlit as st

from allay_metrics.actions.own_measure_changes import list_own_measures
from allay_metrics.formatting import join_list
from allay_metrics.metrics import Metric
from allay_metrics.metrics.metrics_reference import facts, themes
from allay_metrics.outcomes.check_in_periods import LABELS
from allay_metrics.outcomes.measures import concerns
from allay_metrics.outcomes.own_measures import OwnMeasure
from allay_metrics.records import Scope
from allay_metrics.ui.html import escape
from allay_metrics.ui.shell import page_head

WORDS = {
    "Visit": "One booked slot of one family with one therapist. Twins seen together are one visit.",
    "Family": "The household that books: one or two parents, one or more infants.",
    "Visit type": "CST, lactation, massage or other. A visit has one primary type and may have a "
    "second; totals count the primary type once.",
    "City": "The city of the home visited, as typed or known from earlier visits; never guessed "
    "from a ZIP code that belongs to several cities.",
    "Missing": "A visit that a newer export of the same source no longer holds. It is in no "
    "number until the owner decides about it.",
    "As of": "The moment an export was made. A visit that was in the future then stays booked "
    "until newer records arrive.",
    "Week": "Monday to Sunday in the practice\u2019s time zone, named by its Monday.",
    "No value": "A dash. There was nothing to count, or the export does not contain it; the "
    "reason is beside it. It never means 0.",
    "Small": "A share of one to four is shown as counts only: a percentage of so few would look "
    "more certain than it is.",
    "Usual range": "For a weekly count: the mean of the 26 full weeks before, \u00b1 2.66 times "
    "their mean moving range; what is on the books counts two weeks, so its ranges are taken two "
    "weeks apart. For a weekly share: p \u00b1 3 \u221a(p(1 \u2212 p) \u00f7 n), p "
    "pooled over those weeks. None with fewer than twelve weeks.",
    "\u25c6": "Outside the usual range: look here. It does not mean bad. With eight numbers, about "
    "one week in ten shows one by chance.",
    "Restated": "A number that differs from what it was when the week was first told, because the "
    "records changed since.",
}


def definitions_page(scope: Scope) -> None:
    """Draw a search field and every definition that contains the search text."""
    page_head("Definitions", "every number, from the same data that counts it")
    with st.container(key="al-def-search", width=420):
        search_text = st.text_input(
            "Search the definitions",
            key="search",
            placeholder="Search, such as cancelled or median",
            icon=":material/search:",
            label_visibility="collapsed",
        )
    sections = _find_sections(search_text, list_own_measures(scope))
    if not sections:
        st.html(f'<p class="al-say">Nothing is defined by <b>{escape(search_text)}</b>.</p>')
        return
    with st.container(key="al-defs"):
        st.html(_contents_html(sections) + "".join(sections.values()))


def _find_sections(search_text: str, own: Sequence[OwnMeasure]) -> dict[str, str]:
    """Return the non-empty groups: heading -> HTML."""
    sections = {}
    for theme, metrics in themes().items():
        entries = [
            _metric_html(metric)
            for metric in metrics
            if _matches(search_text, _searchable_text(metric))
        ]
        if entries:
            sections[theme] = _section_html(theme, f'<div class="al-da">{"".join(entries)}</div>')
    own_definitions = {own_measure.measure.label: own_words(own_measure) for own_measure in own}
    added = [
        _term_html(*pair)
        for pair in own_definitions.items()
        if _matches(search_text, " ".join(pair))
    ]
    if added:
        sections["Your own measures"] = _section_html(
            "Your own measures", f'<div class="al-dw">{"".join(added)}</div>'
        )
    words = [_term_html(*pair) for pair in WORDS.items() if _matches(search_text, " ".join(pair))]
    if words:
        sections["Words"] = _section_html("Words", f'<div class="al-dw">{"".join(words)}</div>')
    return sections


def own_words(own_measure: OwnMeasure) -> str:
    """Return the definition of one of the practice's own measures in sentences."""
    measure = own_measure.measure
    scale = f"{measure.low:g} to {measure.high:g}"
    which = join_list(concerns()[name].label for name in own_measure.concerns)
    schedule = (
        "asked no more"
        if own_measure.retired
        else f"asked {join_list(LABELS[each] for each in own_measure.moments)}"
    )
    better = "higher" if measure.better > 0 else "lower"
    return (
        f"“{measure.wording}” {scale}, {better} is better; a change of {measure.threshold:g} "
        f"matters ({measure.basis}). Of {which}, {schedule}. Your own question, not validated, and "
        "exploratory."
    )


def _matches(search_text: str, text: str) -> bool:
    return all(word in text.casefold() for word in search_text.casefold().split())


def _searchable_text(metric: Metric) -> str:
    named = (metric.key, metric.label, metric.short, metric.definition)
    return " ".join((*named, *facts(metric).values()))


def _contents_html(sections: dict[str, str]) -> str:
    links = "".join(f'<a href="#{_anchor_id(name)}">{escape(name)}</a>' for name in sections)
    return f'<nav class="al-dn" aria-label="Groups">{links}</nav>'


def _section_html(heading: str, inside: str) -> str:
    return f'<h2 id="{_anchor_id(heading)}">{escape(heading)}</h2>{inside}'


def _metric_html(metric: Metric) -> str:
    facts_html = "".join(
        f"<dt>{escape(heading)}</dt><dd>{escape(words)}</dd>"
        for heading, words in facts(metric).items()
    )
    return (
        f'<article id="{_anchor_id(metric.key)}"><h3>{escape(metric.label)} '
        f"<code>{escape(metric.key)}</code></h3><p>{escape(metric.definition)}</p>"
        f"<dl>{facts_html}</dl></article>"
    )


def _term_html(term: str, sentence: str) -> str:
    return f"<p><b>{escape(term)}</b>{escape(sentence)}</p>"


def _anchor_id(name: str) -> str:
    return f"def-{name.lower().replace('_', '-').replace(' ', '-')}"
