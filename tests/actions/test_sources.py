"""Generated files of every source, taken in: each row's end is known and told beforehand."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.missing_decisions import decide_missing
from allay_metrics.actions.profiles import save_profile
from allay_metrics.actions.undo import undo_import
from allay_metrics.review.missing import missing_visits
from tests.support.acuity import ZONE
from tests.support.exports import instant
from tests.support.on_file import states, visits
from tests.support.sources import (
    ATTENDANCE,
    CALENDLY,
    JANE,
    JANE_SALES,
    STATUS_REPORT,
    attended,
    calendly,
    event,
    fee,
    jane,
    sale,
    write_calendar,
    write_table,
)

AS_OF = "2026-11-16 08:02"
LATE, EARLY = "2026-11-08 21:00", "2026-11-05 21:00"
ROWS = 300
PEOPLE = ("Ada Moss", "Bea Lee", "Cy Park", "Di Ruiz", "Ed Cho")


@dataclass
class Made:
    """A file, reports to be read beside it, and what is true of it."""

    path: Path
    beside: tuple[Path, ...] = ()
    states: Counter = field(default_factory=Counter)
    aside: int = 0


def slots(count):
    """Return so many starts, one an hour, some of them after the export."""
    first = datetime(2026, 9, 1, 8)  # noqa: DTZ001 a wall time
    return [first + timedelta(days=n // 3, hours=3 * (n % 3)) for n in range(count)]


def ends(start):
    """Return the state of a visit that nothing was said of: an hour long, as of AS_OF."""
    over = start + timedelta(hours=1) <= datetime.fromisoformat(AS_OF)
    return "over" if over else "booked"


def make_jane(folder, chance):
    made, rows, sales = Made(folder / "jane.csv"), [], []
    for n, start in enumerate(slots(ROWS)):
        kind = chance.choice(
            ["arrived", "arrived", "none", "no_show", "late", "early", "break", "deleted", "again"]
        )
        at = f"{start:%Y-%m-%d %H:%M}"
        first, last = chance.choice(PEOPLE).split()
        told = {"patient_first_name": first, "patient_last_name": last, "patient_guid": first}
        hours = {"late": 23, "early": 25}.get(kind)
        if hours:
            moment = f"{start - timedelta(hours=hours):%Y-%m-%d %H:%M}"
            told |= {"state": "cancelled", "cancelled_at": moment}
        elif kind == "break":
            told |= {"break": "true", "patient_first_name": "", "patient_last_name": ""}
        elif kind not in ("none", "again"):
            told["state"] = kind
        rows.append(jane(n, at, **told))
        if kind == "again":
            rows.append(rows[-1])
        if kind not in ("break", "deleted"):
            sales.append(sale(f"{start:%Y-%m-%d}", f"{100 + n}.00", **{"Patient Guid": first}))
            unmarked = {"over": "unmarked", "booked": "booked"}[ends(start)]
            made.states[
                {"arrived": "completed", "no_show": "no_show", "late": "late_cancelled",
                 "early": "cancelled"}.get(kind, unmarked)
            ] += 1  # fmt: skip
        made.aside += kind in ("deleted", "again")
    write_table(made.path, JANE, rows)
    made.beside = (write_table(folder / "sales.csv", JANE_SALES, sales),)
    return made


def make_calendly(folder, chance):
    made, rows = Made(folder / "calendly.csv"), []
    for n, start in enumerate(slots(ROWS)):
        kind = chance.choice(["kept", "kept", "host", "invitee", "moved", "no_show", "endless"])
        who = chance.choice(PEOPLE)
        told = {
            "kept": {"Canceled": chance.choice(["false", "FALSE", "False"])},
            "host": {"Canceled": "true", "Canceled By": "Host"},
            "invitee": {"Canceled": "TRUE", "Canceled By": "Invitee"},
            "moved": {"Canceled": "true", "Cancellation reason": "Rescheduled: baby 😴\nsorry"},
            "no_show": {"Marked as No-Show": "Yes"},
            "endless": {"End Date & Time": "whenever"},
        }[kind]
        told |= {"Invitee Name": who, "Invitee Email": f"{who[:2].lower()}@example.com"}
        rows.append(calendly(n, f"{start:%Y-%m-%d %H:%M}", **told))
        if kind == "endless":
            made.aside += 1
            continue
        silent = {"over": "completed", "booked": "booked"}[ends(start)]
        made.states[
            {"host": "practice_cancelled", "invitee": "cancelled", "moved": "rescheduled",
             "no_show": "no_show"}.get(kind, silent)
        ] += 1  # fmt: skip
    write_table(made.path, CALENDLY, rows)
    return made


def make_simplepractice(folder, chance):
    made, fees = Made(folder / "attendance.csv"), []
    rows = [{"client_name": "5 clients", "clinician_name": "1 clinicians"}]
    words = {
        "Show": "completed", "No Show": "no_show", "Late Canceled": "late_cancelled",
        "Canceled": "cancelled", "Clinician Canceled": "practice_cancelled", "": "unmarked",
    }  # fmt: skip
    for n in range(ROWS):
        day = date(2025, 1, 1) + timedelta(days=n)
        status = chance.choice(list(words))
        bad = chance.random() < 0.1
        told = "soon" if bad else f"{day:%m/%d/%Y}"
        rows.append(attended(told, status, client_name=chance.choice(PEOPLE)))
        if not bad:
            made.states[words[status]] += 1
            fees.append(fee(f"{day:%m/%d/%Y} 12:00", "120.00", Client=rows[-1]["client_name"]))
        made.aside += bad
    write_table(made.path, ATTENDANCE, rows)
    made.beside = (write_table(folder / "status.csv", STATUS_REPORT, fees),)
    return made


def make_google_calendar(folder, chance):
    made, events = Made(folder / "maya.ics"), []
    for n, start in enumerate(slots(ROWS)):
        kind = chance.choice(["one", "one", "utc", "windows", "all_day", "backwards"])
        zone = {"windows": ";TZID=Pacific Standard Time:", "one": f";TZID={ZONE}:"}.get(kind, ":")
        first, last = start, start + timedelta(hours=-1 if kind == "backwards" else 1)
        told = [f"{zone}{at:%Y%m%dT%H%M%S}" for at in (first, last)]
        if kind == "utc":
            told = [f":{at + timedelta(hours=8):%Y%m%dT%H%M%SZ}" for at in (first, last)]
        if kind == "all_day":
            told = [f";VALUE=DATE:{start:%Y%m%d}"] * 2
        events.append(event(*told, uid=f"uid-{n}", summary=chance.choice(PEOPLE)))
        if kind in ("all_day", "backwards"):
            made.aside += 1
        else:
            # In UTC an hour later before the clocks go back on 1 Nov.
            late = kind == "utc" and start < datetime(2026, 11, 1)  # noqa: DTZ001
            at = start + timedelta(hours=1) if late else start
            made.states[{"over": "completed", "booked": "booked"}[ends(at)]] += 1
    write_calendar(made.path, *events)
    return made


MAKERS = {
    "jane": make_jane,
    "calendly": make_calendly,
    "simplepractice": make_simplepractice,
    "google_calendar": make_google_calendar,
}


def counted(scope):
    """Return how many bookings' visits stand in which state."""
    return Counter(states(scope).values())


@pytest.mark.parametrize("source", MAKERS)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_row_ends_where_it_should(source, seed, sqlite_scope, tmp_path):
    made = MAKERS[source](tmp_path, random.Random(seed))
    report = import_file(sqlite_scope, made.path, beside=made.beside, as_of=instant(AS_OF))
    assert report.source == source
    assert report.rows_read == report.added + len(report.set_aside)
    assert (report.added, len(report.set_aside)) == (made.states.total(), made.aside)
    assert counted(sqlite_scope) == made.states
    again = import_file(sqlite_scope, made.path, beside=made.beside, as_of=instant(AS_OF))
    assert (again.added, again.updated, again.unchanged) == (0, 0, report.added)


@pytest.fixture
def take_in(sqlite_scope):
    """A function that imports a file as of a moment and returns its report."""

    def run(path, as_of=AS_OF, **how):
        return import_file(sqlite_scope, path, as_of=instant(as_of), **how)

    return run


def test_a_late_cancellation_of_jane(sqlite_scope, take_in, tmp_path):
    rows = [
        jane(1, "2026-11-09 09:00", state="cancelled", cancelled_at=LATE),
        jane(2, "2026-11-09 13:00", state="cancelled", cancelled_at=EARLY),
    ]
    take_in(write_table(tmp_path / "jane.csv", JANE, rows))
    assert states(sqlite_scope) == {"1": "late_cancelled", "2": "cancelled"}


def test_a_visit_deleted_in_jane_waits_for_the_owner(sqlite_scope, take_in, tmp_path):
    rows = [jane(n, f"2026-11-{n:02} 09:00", state="arrived") for n in (9, 10, 11)]
    take_in(write_table(tmp_path / "old.csv", JANE, rows), "2026-11-12 08:00")
    rows[1]["state"] = "deleted"
    report = take_in(write_table(tmp_path / "new.csv", JANE, rows))
    assert (report.missing, len(report.set_aside)) == (1, 1)
    assert states(sqlite_scope)["10"] == "missing"
    (waiting,) = missing_visits(sqlite_scope).to_dict("records")
    assert (waiting["became"], waiting["proposed"]) == ("deleted", "deleted")
    decide_missing(sqlite_scope, [waiting["booking_id"]], waiting["proposed"])
    assert "10" not in states(sqlite_scope)
    # It is back in a newer report: the decision is overruled, and the row is settled.
    rows[1]["state"] = "arrived"
    take_in(write_table(tmp_path / "back.csv", JANE, rows), "2026-11-20 08:00")
    assert states(sqlite_scope)["10"] == "completed"


def test_a_cancelled_event_of_a_calendar_names_its_visit_and_proposes_cancelled(
    sqlite_scope, take_in, tmp_path
):
    at = f";TZID={ZONE}:202611"
    events = {d: (f"{at}{d:02}T090000", f"{at}{d:02}T100000") for d in (9, 10, 11)}
    whole = [event(*times, uid=str(d)) for d, times in events.items()]
    take_in(write_calendar(tmp_path / "old.ics", *whole), "2026-11-12 08:00")
    whole[1] = event(*events[10], "STATUS:CANCELLED", uid="10")
    first = take_in(write_calendar(tmp_path / "new.ics", *whole), "2026-11-13 08:00")
    assert first.missing == 1
    (waiting,) = missing_visits(sqlite_scope).to_dict("records")
    assert (waiting["became"], waiting["proposed"]) == ("cancelled", "cancelled")
    undo_import(sqlite_scope, first.import_id)
    assert missing_visits(sqlite_scope).empty


def test_an_event_that_became_one_of_a_whole_day_still_names_its_visit(take_in, tmp_path):
    at = f";TZID={ZONE}:202611"
    events = [event(f"{at}{d:02}T090000", f"{at}{d:02}T100000", uid=f"{d}") for d in (9, 10, 11)]
    take_in(write_calendar(tmp_path / "old.ics", *events), "2026-11-12 08:00")
    events[1] = event(";VALUE=DATE:20261110", ";VALUE=DATE:20261111", uid="10")
    report = take_in(write_calendar(tmp_path / "new.ics", *events), "2026-11-13 08:00")
    assert (report.missing, len(report.set_aside)) == (0, 1)


def test_a_visit_that_a_file_just_drops_is_proposed_as_cancelled(sqlite_scope, take_in, tmp_path):
    rows = [jane(n, f"2026-11-{n:02} 09:00", state="arrived") for n in (9, 10, 11)]
    take_in(write_table(tmp_path / "old.csv", JANE, rows), "2026-11-12 08:00")
    take_in(write_table(tmp_path / "new.csv", JANE, [rows[0], rows[2]]))
    (waiting,) = missing_visits(sqlite_scope).to_dict("records")
    assert (waiting["became"], waiting["proposed"]) == ("", "cancelled")


def test_a_moved_event_of_calendly_counts_where_it_landed(sqlite_scope, take_in, tmp_path):
    rows = [
        calendly(1, "2026-11-09 09:00", Canceled="true", **{"Cancellation reason": "Rescheduled"}),
        calendly(2, "2026-11-10 09:00"),
    ]
    take_in(write_table(tmp_path / "events.csv", CALENDLY, rows))
    assert states(sqlite_scope) == {"invitee-1": "rescheduled", "invitee-2": "completed"}


def test_a_moved_time_of_a_series_is_the_same_booking(sqlite_scope, take_in, tmp_path):
    at = f";TZID={ZONE}:202611"
    series = event(f"{at}02T090000", f"{at}02T100000", "RRULE:FREQ=WEEKLY;COUNT=3")
    moved = event(f"{at}10T150000", f"{at}10T160000", f"RECURRENCE-ID{at}09T090000")
    take_in(write_calendar(tmp_path / "old.ics", series), "2026-11-08 08:00")
    report = take_in(write_calendar(tmp_path / "new.ics", series, moved))
    assert (report.added, report.updated, report.unchanged, report.missing) == (0, 1, 2, 0)
    assert [day.isoformat() for (day,) in visits(sqlite_scope, "day")] == [
        "2026-11-02", "2026-11-10", "2026-11-16",
    ]  # fmt: skip


def test_another_therapists_calendar_makes_no_visit_missing(take_in, tmp_path):
    def calendar(name, *days):
        at = f";TZID={ZONE}:202611"
        events = [event(f"{at}{d:02}T090000", f"{at}{d:02}T100000", uid=f"{d}") for d in days]
        return write_calendar(tmp_path / f"{name}.ics", *events, name=name)

    take_in(calendar("Maya", 9, 10, 11), "2026-11-12 08:00")
    assert take_in(calendar("Ines", 9, 11), "2026-11-13 08:00").missing == 0
    # Her own newer calendar does, of her own visits.
    assert take_in(calendar("Maya", 9, 11), "2026-11-14 08:00").missing == 1


def test_prices_once_joined_stay_when_the_second_report_is_not_given(
    sqlite_scope, take_in, tmp_path
):
    path = write_table(tmp_path / "jane.csv", JANE, [jane(1, "2026-11-09 09:00", state="arrived")])
    sales = write_table(tmp_path / "sales.csv", JANE_SALES, [sale("2026-11-09", "165.00")])
    take_in(path)
    assert visits(sqlite_scope, "price_cents") == [(None,)]
    assert take_in(path, beside=[sales]).updated == 1
    assert visits(sqlite_scope, "price_cents") == [(16500,)]
    report = take_in(path, "2026-11-17 08:02")
    assert (report.updated, report.unchanged) == (0, 1)
    assert visits(sqlite_scope, "price_cents") == [(16500,)]


def test_undo_of_a_joined_import_takes_prices_back(sqlite_scope, take_in, tmp_path):
    path = write_table(tmp_path / "jane.csv", JANE, [jane(1, "2026-11-09 09:00", state="arrived")])
    sales = write_table(tmp_path / "sales.csv", JANE_SALES, [sale("2026-11-09", "165.00")])
    take_in(path)
    joined = take_in(path, beside=[sales])
    undo_import(sqlite_scope, joined.import_id)
    assert visits(sqlite_scope, "price_cents") == [(None,)]


OWN = """
name = "booker"
recognised_by = ["Who", "From"]
[columns]
start = "From"
minutes = "Length"
client_name = "Who"
[carries]
kept = "kept"
"""


def test_a_practices_own_profile_is_used_by_itself_and_by_name(sqlite_scope, take_in, tmp_path):
    save_profile(sqlite_scope, "booker", OWN)
    headers = ["From", "Length", "Who"]
    row = {"From": "2026-11-09 09:00", "Length": "45", "Who": "Ada"}
    path = write_table(tmp_path / "own.csv", headers, [row])
    assert take_in(path).source == "booker"
    assert take_in(path, source="booker").unchanged == 1
