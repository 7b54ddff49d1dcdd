"""What parents reported of one client, and whom it puts first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from allay_metrics.caseload.families import look_first, read_families, read_worse
from allay_metrics.caseload.reported import read_answers
from allay_metrics.caseload.today import today_of
from allay_metrics.records import OWNER, Viewer
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import import_
from allay_metrics.review.week import review_week
from tests.support.answered import (
    MEASURES,
    put_babies_on_file,
    put_check_ins_on_file,
    stays_plainly,
)
from tests.support.practices import START, Invented, booked

NOTHING = dict.fromkeys(MEASURES, 0)
FORM = (9 * 3600, True, 0)


@pytest.fixture
def two_families(scope):
    """Adams got worse on day 28, Brown did not; neither agreed to be counted in totals."""
    bookings = [booked("Adams", START), booked("Brown", START, 11)]
    named = [(name, "Mia", START - timedelta(days=30), "gassy") for name in ("Adams", "Brown")]
    put_babies_on_file(Invented(bookings), named, scope)
    stays = stays_plainly(scope)
    drawn = [
        (place, day, *FORM, NOTHING | {"tummy": value}, "day28")
        for place in (0, 1)
        for day, value in ((-1, 5), (28, 8 if place == 0 else 4))
    ]
    put_check_ins_on_file(scope, stays, drawn)
    therapist = key_of(scope.practice_id, "therapist", "Maya Lopez")
    hers = replace(scope, viewer=Viewer("therapist", therapist))
    return hers, stays


def _today(scope):
    clock = datetime(2026, 2, 5, 18, tzinfo=UTC)
    return replace(today_of(scope), now=clock.astimezone(scope.zone))


def test_who_got_worse_comes_first(two_families):
    hers, stays = two_families
    today = _today(hers)
    (worse,) = read_worse(hers, today)
    assert (worse.client_id, worse.before, worse.after) == (stays[0].client, 5, 8)
    first = look_first(read_families(hers, today, START), today, [worse])[0]
    assert "bothered by the tummy went up 5 → 8" in first.what


def test_what_got_worse_long_ago_is_not_looked_for(two_families):
    hers, _ = two_families
    later = replace(_today(hers), now=datetime(2026, 3, 20, 18, tzinfo=UTC))
    assert read_worse(hers, later) == ()


def test_the_concerns_own_measure_stands_first_on_the_babys_page(two_families):
    hers, stays = two_families
    found = read_answers(hers, stays[0].client)
    assert found[0].measure.id == "tummy"
    assert [value for _, value in found[0].points] == [5, 8]
    assert found[0].points[0][0] == pytest.approx(29 / 7)


def test_a_therapist_who_never_met_the_family_reads_nothing(two_families):
    hers, stays = two_families
    other = replace(hers, viewer=Viewer("therapist", "x"))
    assert read_answers(other, stays[0].client) == ()
    assert read_worse(other, _today(hers)) == ()


def test_the_owners_week_counts_who_got_worse(two_families):
    hers, _ = two_families
    owner = replace(hers, viewer=OWNER)
    with owner.write("export again") as conn:
        told = int(datetime(2026, 2, 5, 18, tzinfo=UTC).timestamp())
        conn.execute(update(import_).values(as_of=told))
    assert review_week(owner).worse == 1
