"""The head of a page about a period: title, days, choice of days, filters, as-of line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.records import Scope
from allay_metrics.review.query_results import Filters
from allay_metrics.review.record_status import RecordStatus, read_record_status
from allay_metrics.spreadsheet import Export
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.export import Picture, export_button
from allay_metrics.ui.filters import choose_filters, filters_row
from allay_metrics.ui.period import choose_period
from allay_metrics.ui.shell import page_head
from allay_metrics.ui.week.head import as_of_items, as_of_line

known_of = cached_by_version(read_record_status)


@dataclass(frozen=True)
class PeriodChoice:
    """The choices of a page about a period.

    Once the numbers are known, `tell` draws the as-of line and `offer` the export: the file's
    name, the function that makes it, and its pictures, if any.
    """

    first: date
    last: date
    where: Filters
    tell: Callable[[list[str]], None]
    offer: Callable[..., None]


def period_head(scope: Scope, title: str, *, filters: bool = True) -> PeriodChoice | None:
    """Draw the head and return the choices; None while there are no records."""
    status = known_of(scope)
    if status.newest is None:
        page_head(title)
        return None
    with st.container(key="al-period-head", gap="xsmall"):
        with st.container(key="al-period-bar", horizontal=True, vertical_alignment="center"):
            left = st.container(key="al-period-title")
            period = choose_period(status)
        line = st.container(key="al-period-line", horizontal=True, vertical_alignment="center")
        as_of_slot = line.container(key="al-period-asof", width="stretch")
        with line, st.container(key="al-period-filters", width="content"), filters_row():
            where = choose_filters(scope) if filters else ()
            take = st.container(key="al-period-export", width="content")
        if period is None:
            return None
        with left:
            page_head(title, fmt.span(*period))
    return PeriodChoice(
        *period,
        where,
        lambda items: _draw_as_of(as_of_slot, status, items),
        lambda name, make, pictures=(): _draw_export(
            take, scope, f"{name}_{period[0]}_{period[1]}", make, pictures
        ),
    )


def _draw_export(
    place: "st.delta_generator.DeltaGenerator",
    scope: Scope,
    name: str,
    make: Callable[[], Export],
    pictures: Sequence[Picture],
) -> None:
    with place:
        export_button(scope, "page", name, make, pictures=pictures)


def _draw_as_of(
    place: "st.delta_generator.DeltaGenerator", status: RecordStatus, items: list[str]
) -> None:
    with place:
        as_of_line([*as_of_items(status)[:1], *items])
