"""Random small exports for Hypothesis: few people, slots and places, so that they meet."""

import shutil
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from hypothesis import strategies as st

from allay_metrics.records import open_practice
from tests.support.exports import Desk, appointment

_KEYS = [str(number) for number in range(1, 7)]
_DAYS = ("2026-03-02", "2026-03-03", "2026-03-09", "2026-03-24")
_HOURS = ("09:00", "10:00", "10:30")
_AS_OF = ("2026-03-03 09:45", "2026-03-04 08:00", "2026-03-10 08:00", "2026-03-30 08:00")
_PLACES = (
    {"city": "Oakland"},
    {"city": "Berkeley"},
    {"city": "", "zip": "94010"},  # Burlingame or Hillsborough
    {"city": "Burlingame"},
    {"city": ""},
    {"city": "Zoom"},
)
# Names meet on one e-mail, e-mails on one phone, and rows without either on name and address.
_NAMES = ("Ana Lee", "Bea Moss")
_EMAILS = ("a@example.org", "b@example.org", "", "")
_PHONES = ("510-555-0101", "510-555-0102", "", "")
_ADDRESSES = ("1 Elm St", "")


@st.composite
def _rows(draw, key):
    start = f"{draw(st.sampled_from(_DAYS))} {draw(st.sampled_from(_HOURS))}"
    return appointment(
        key,
        start,
        draw(st.sampled_from(_NAMES)),
        draw(st.sampled_from((45, 60))),
        email=draw(st.sampled_from(_EMAILS)),
        phone=draw(st.sampled_from(_PHONES)),
        address=draw(st.sampled_from(_ADDRESSES)),
        type=draw(st.sampled_from(("Infant CST", "Lactation", "Prenatal massage", "Consult"))),
        therapist=draw(st.sampled_from(("Maya Lopez", "Ines Park", ""))),
        price=draw(st.sampled_from(("", "150.00"))),
        label=draw(st.sampled_from(("", "", "no show", "Completed"))),
        canceled=draw(st.sampled_from(("", "", "", "yes"))),
        infants=draw(st.sampled_from(("", "Mia", "mia", "Mia & Leo"))),
        born=draw(st.sampled_from(("", "2026-01-15"))),
        heard=draw(st.sampled_from(("", "Doula", "Friend"))),
        **draw(st.sampled_from(_PLACES)),
    )


@st.composite
def exports(draw):
    """A small export: its rows, when it was exported, and what it holds."""
    keys = draw(st.lists(st.sampled_from(_KEYS), max_size=5, unique=True))
    rows = [draw(_rows(key)) for key in keys]
    holds = draw(st.sampled_from(("kept", "all", "all", "cancelled")))
    return rows, draw(st.sampled_from(_AS_OF)), holds


_numbers = count()


@contextmanager
def a_desk(template: Path, folder: Path):
    """Yield the desk of one more empty practice: an example of Hypothesis needs its own."""
    path = folder / f"example-{next(_numbers)}.sqlite"
    shutil.copy(template, path)
    scope = open_practice(f"sqlite:///{path}")
    try:
        yield Desk(scope, folder)
    finally:
        scope.close()
        for leftover in folder.glob(f"{path.name}*"):
            leftover.unlink()
