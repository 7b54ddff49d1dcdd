"""Visits by the infant's age."""

import streamlit as st

from allay_metrics import charts
from allay_metrics import formatting as fmt
from allay_metrics.review.visit_types import TypesReview
from allay_metrics.ui.card import card, head
from allay_metrics.ui.figure import figure
from allay_metrics.ui.html import button
from allay_metrics.ui.types.type_drilldown import (
    AGE,
    BEFORE_BIRTH,
    NO_BIRTHDAY,
    OLDER,
    VisitTypeDrilldown,
    find_age,
    link,
)

AGES = "types-ages"


def ages_card(review: TypesReview) -> VisitTypeDrilldown | None:
    """Draw visits by age in weeks, and those outside the axis; return the clicked age."""
    ages = review.ages
    with card("types-ages", fill=True):
        head("Infant's age at visit", "completed visits, twins once")
        drawn = charts.ages(ages.weeks, ages.counts)
        picked = figure(drawn, AGES, charts.ages_alt(ages.weeks, ages.counts))
        st.html(elsewhere_html(review))
    return find_age(review, int(picked[0]), str(picked[1])) if picked else None


def elsewhere_html(review: TypesReview) -> str:
    """Return the visits outside the axis as HTML; most of them are massage before birth."""
    ages = review.ages
    parts = [
        (ages.unknown, NO_BIRTHDAY, "without a known birth date, visits before birth among them"),
        (ages.before_birth, BEFORE_BIRTH, "before birth"),
        (ages.older, OLDER, "over a year old"),
    ]
    links = [
        f"{button(fmt.number(count), link(AGE, key))} {what}" for count, key, what in parts if count
    ]
    return f'<p class="al-sub">Not shown: {fmt.join_list(links)}.</p>' if links else "<span></span>"
