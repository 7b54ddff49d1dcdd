"""Paths of families from type to type, as rows of text."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.review.paths import Paths, PathStep
from allay_metrics.review.visit_types import CombinedVisits, TypesReview
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import button, chip
from allay_metrics.ui.types.type_drilldown import COMBINED, START, STEP, TOTAL, link


def path_card(review: TypesReview) -> None:
    """Draw the types families began with, and those they went on to."""
    with card("types-path", fill=True):
        head("The path families take", "first visits of a type that fall in this period")
        st.html(starts_html(review.paths) + steps_html(review.paths))
        if review.paths.reason:
            note(f"{review.paths.reason[:1].upper()}{review.paths.reason[1:]}.")


def starts_html(paths: Paths) -> str:
    """Return the types families began with."""
    if not paths.starts:
        return '<p class="al-sub">No family began in this period.</p>'
    each = "".join(
        f"<span>{chip(kind)} {button(fmt.number(count), link(START, kind))}</span>"
        for kind, count in paths.starts.items()
    )
    return f'<div class="al-starts"><span class="lead">Began with</span>{each}</div>'


def steps_html(paths: Paths) -> str:
    """Return a row per step: from, to, families, and the typical days between."""
    if not paths.steps:
        return '<p class="al-sub">No family went on to another type in this period.</p>'
    most = paths.steps[0].families
    rows = "".join(_step_html(step, most) for step in paths.steps)
    return (
        '<div class="al-path" role="table" aria-label="From type to type">'
        '<div role="row" class="top"><span role="columnheader">From, to</span>'
        '<span role="columnheader">Families</span>'
        f'<span role="columnheader">Days between</span></div>{rows}</div>'
    )


def _step_html(step: PathStep, most: int) -> str:
    label = fmt.plural(step.families, "family", "families")
    count = button(fmt.number(step.families), link(STEP, step.from_, step.to), label)
    width = step.families / most
    return (
        '<div role="row">'
        f'<span role="cell" class="way">{chip(step.from_)}<em aria-label="to">→</em>'
        f"{chip(step.to)}</span>"
        f'<span role="cell" class="n"><i><u style="width:{width:.1%}"></u></i>{count}</span>'
        f'<span role="cell" class="d">{_days_text(step)}</span></div>'
    )


def _days_text(step: PathStep) -> str:
    if step.median_days is None:
        return '<span class="few">too few to say</span>'
    return f"{fmt.plain_number(step.median_days)} <small>median</small>"


def combined_html(combined_visits: CombinedVisits) -> str:
    """Return how many visits were combined, and which types with which."""
    title = '<div class="al-h"><h2>Combined visits</h2><small>two types in one</small></div>'
    if not combined_visits.visits:
        return f'{title}<p class="al-sub">No completed visit in this period gave two types.</p>'
    share = fmt.share(combined_visits.visits, combined_visits.completed)
    every = button(fmt.number(combined_visits.visits), link(TOTAL, "combined"))
    beside = (
        f"{share.text} of {fmt.plural(combined_visits.completed, 'completed visit')}"
        if share.of
        else (f"of {fmt.plural(combined_visits.completed, 'completed visit')}")
    )
    most = max(combined_visits.pairs.values())
    rows = "".join(
        _pair_html(*pair, visits, most) for pair, visits in combined_visits.pairs.items()
    )
    return (
        f'{title}<div class="al-v">{every}<small>{beside}</small></div>'
        f'<div class="al-path" role="table" aria-label="Combined visits">{rows}</div>'
    )


def _pair_html(first: str, second: str, visits: int, most: int) -> str:
    label = fmt.plural(visits, "visit")
    count = button(fmt.number(visits), link(COMBINED, first, second), label)
    return (
        f'<div role="row"><span role="cell" class="way">{chip(first)}<em>with</em>{chip(second)}'
        f'</span><span role="cell" class="n"><i><u style="width:{visits / most:.1%}"></u></i>'
        f"{count}</span></div>"
    )
