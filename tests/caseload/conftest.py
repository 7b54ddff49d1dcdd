"""A small practice with two therapists, taken in by the real importer."""

import pytest

from tests.support.exports import Desk, appointment

AS_OF = "2026-06-01 08:00"  # a Monday
MAYA, INES = "Maya Lopez", "Ines Park"
ROWS = [
    # Twins of Maya's: two visits had, one today, one next week.
    appointment("t1", "2026-05-18 10:00", "Ana Rivera", infants="Mia & Leo", born="2026-04-06"),
    appointment("t2", "2026-05-25 10:00", "Ana Rivera", infants="Mia & Leo", born="2026-04-06"),
    appointment(
        "t3", "2026-06-01 09:00", "Ana Rivera", infants="Mia & Leo", born="2026-04-06",
        phone="510-555-0101", address="12 Elm St, Oakland, CA 94610", notes="Gate 0417\nTwo dogs",
        type="CST + Lactation visit",
    ),
    appointment("t4", "2026-06-08 10:00", "Ana Rivera", infants="Mia", born="2026-04-06"),
    # Hers, then a colleague's: still in her caseload, but not hers to book.
    appointment("s1", "2026-05-04 10:00", "Bea Shared", infants="Ida"),
    appointment("s2", "2026-05-20 10:00", "Bea Shared", infants="Ida", therapist=INES),
    appointment("s3", "2026-06-01 13:00", "Bea Shared", infants="Ida", city="Berkeley"),
    # Quiet: one for 24 days, one for 40.
    appointment("q1", "2026-05-08 10:00", "Cleo Singh", infants="Ben"),
    appointment("l1", "2026-04-22 10:00", "Dora Lapsed", infants="Tom"),
    # Never hers: a colleague's own, and one she was to see but that was called off.
    appointment("f1", "2026-05-19 10:00", "Eva Foreign", infants="Zed", therapist=INES),
    appointment("f2", "2026-06-01 11:00", "Eva Foreign", infants="Zed", therapist=INES),
    appointment("c1", "2026-06-01 15:00", "Flo Gone", infants="Sam", canceled="yes"),
    appointment("c2", "2026-05-19 15:00", "Flo Gone", infants="Sam", therapist=INES),
]  # fmt: skip


@pytest.fixture
def desk(scope, tmp_path):
    """The practice as of Monday morning; the test runs once on each engine."""
    desk = Desk(scope, tmp_path)
    desk.take_in(ROWS, AS_OF, holds="all")
    return desk


@pytest.fixture
def maya(desk):
    """Maya's scope."""
    return desk.scope.as_therapist(MAYA)
