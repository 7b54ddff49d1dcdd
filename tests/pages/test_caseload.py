"""Caseload and Baby as pages: whose they are, what they show, and the owner's way in."""

import pytest
from streamlit.testing.v1 import AppTest

from allay_metrics.caseload.caseload_families import read_families
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.ui.viewing_as import AS
from tests.support.on_page import DASHBOARD, page_of, run, text

OWNERS = ("owner/week", "owner/cities", "owner/visit_types", "practice/records")


@pytest.fixture
def maya(small):
    return small.as_therapist("Maya Lopez")


def as_her(at, scope, **more):
    at.query_params[AS] = scope.viewer.therapist_id[:8]
    for key, value in more.items():
        at.query_params[key] = value
    return at


def test_the_address_alone_opens_her_caseload(maya):
    at = run(as_her(page_of("therapist/caseload"), maya))
    assert "Look at these first" in text(at)
    assert "$" not in text(at)


def test_without_a_therapist_the_owner_is_told_how_to_look_as_one(small):  # noqa: ARG001  on file
    at = page_of("therapist/caseload").run()
    assert "look as one of them" in text(at)


@pytest.mark.parametrize("page", OWNERS)
def test_a_therapist_is_stopped_on_the_owners_pages(maya, page):
    at = as_her(page_of(page), maya).run()
    if page == "owner/week":  # the address without a page is her home
        return
    assert "This page is not for you to see" in text(at)


def test_choosing_a_therapist_and_the_owner_again(maya):
    at = run(AppTest.from_file(DASHBOARD, default_timeout=60))
    at.selectbox(key="al-as").set_value(maya.viewer.therapist_id)
    at.run()
    assert maya.viewer.therapist_id[:8] in at.query_params[AS]
    at.selectbox(key="al-as").set_value("")
    run(at)
    assert AS not in at.query_params


def test_a_baby_of_another_is_a_sentence(maya, small):
    ines = small.as_therapist("Ines Park")
    foreign = [
        family
        for family in read_families(ines, compute_today(ines))
        if family.family_id
        not in {mine.family_id for mine in read_families(maya, compute_today(maya))}
    ]
    at = as_her(page_of("therapist/baby"), maya, client=foreign[0].leads_to).run()
    assert "none that you care for" in " ".join(each.value for each in at.text)
    assert foreign[0].name not in text(at)
