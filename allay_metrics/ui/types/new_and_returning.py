"""New and returning families over time: HTML columns; each part opens its visits."""

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.review.visit_types import FamilySeries, TypesReview
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html import button, escape
from allay_metrics.ui.types.type_drilldown import FAMILIES_SEEN, NEW, link

NAMED = 5  # up to so many columns each has its date
NUMBERED = 14  # with more columns only the last one has its numbers


def families_card(review: TypesReview) -> None:
    """Draw the columns, a legend, and why some have no value."""
    families = review.families
    with card("types-families", fill=True):
        head("New and returning families", f"families seen per {review.mix.grain}")
        st.html(families_html(families, review.mix.grain))
        if families.reason:
            note(f"{families.reason[:1].upper()}{families.reason[1:]}.")


def families_html(families: FamilySeries, grain: str) -> str:
    """Return a column per period: returning below, new above; a stub where unknown."""
    totals = [
        (new or 0) + (back or 0) for new, back in zip(families.new, families.returning, strict=True)
    ]
    if not any(totals):
        return '<p class="al-sub">No families to tell new from returning in this period.</p>'
    top = max(totals)
    many = len(totals) > NUMBERED
    columns = "".join(_column_html(families, i, top, grain) for i in range(len(totals)))
    return (
        '<div class="al-keys"><span class="new">New</span><span>Returning</span></div>'
        f'<div class="al-cols{" many" if many else ""}">{columns}</div>'
    )


def _column_html(families: FamilySeries, i: int, top: int, grain: str) -> str:
    start, new, back = families.periods[i], families.new[i], families.returning[i]
    when = f"{start:%B %Y}" if grain == "month" else f"week of {fmt.short_day(start)}"
    every = -(-len(families.periods) // NAMED)
    named = (len(families.periods) - 1 - i) % every == 0
    date = (f"{start:%b}" if grain == "month" else fmt.short_day(start)) if named else ""
    foot = f"<small>{escape(date)}</small>"
    if new is None or back is None:
        return f'<div title="{escape(when)}: not known"><i class="no"></i>{foot}</div>'
    key = start.isoformat()
    upper = _part_html("new", new, top, link(NEW, key), f"{new} new, {when}")
    lower = _part_html("back", back, top, link(FAMILIES_SEEN, key), f"{back} returning, {when}")
    return f"<div>{upper}{lower}{foot}</div>"


def _part_html(name: str, count: int, top: int, opens: str, label: str) -> str:
    if not count:
        return ""
    number = f"<b>{fmt.number(count)}</b>"
    bar = f'<i class="{name}" title="{escape(label)}" style="height:{count / top * 180:.0f}px"></i>'
    return button(f"{number}{bar}" if name == "new" else f"{bar}{number}", opens, label)
