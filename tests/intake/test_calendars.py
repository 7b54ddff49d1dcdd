"""Calendar files: repeating and moved events, zones of every kind, and what is no visit."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allay_metrics.errors import FileProblem
from allay_metrics.intake.source_file import open_source
from tests.support.acuity import ZONE
from tests.support.sources import event, write_calendar

PACIFIC = ZoneInfo(ZONE)
LA = f";TZID={ZONE}:"
WINDOWS = ";TZID=Pacific Standard Time:"
TWICE = (
    "this hour happens twice in America/Los_Angeles (clocks go back), and the file does not say "
    "which is meant"
)
NEVER = "this hour does not exist in America/Los_Angeles (clocks go forward)"


def read(folder, *events, name="Maya Lopez"):
    path = write_calendar(folder / "calendar.ics", *events, name=name)
    return open_source(path, timezone=ZONE).preview(10_000)


def walls(chunk):
    return [f"{datetime.fromtimestamp(at, PACIFIC):%m-%d %H:%M}" for at in chunk.rows["starts_at"]]


def reasons(chunk):
    return [row.reason for row in chunk.set_aside]


def test_one_event_is_one_row(tmp_path):
    calendar_event = event(
        f"{LA}20261109T090000", f"{LA}20261109T100000",
        r"LOCATION:12 Main St\, Apt 4\, Oakland\, CA 94607", r"DESCRIPTION:gate 12\nred door",
    )  # fmt: skip
    [row] = read(tmp_path, calendar_event).rows.to_dict("records")
    names = ("client_name", "type_text", "therapist", "minutes", "address", "notes", "marked")
    assert [row[name] for name in names] == [
        "CST Ada", "CST Ada", "Maya Lopez", 60, "12 Main St, Apt 4, Oakland, CA 94607",
        "gate 12\nred door", "none",
    ]  # fmt: skip
    assert datetime.fromtimestamp(row["starts_at"], PACIFIC) == datetime(
        2026, 11, 9, 9, tzinfo=PACIFIC
    )


def test_it_is_occupancy_and_nothing_else(tmp_path):
    path = write_calendar(tmp_path / "c.ics", event(":20261109T170000Z", ":20261109T180000Z"))
    file = open_source(path, timezone=ZONE)
    assert (file.source, file.holds, file.carries) == ("google_calendar", "kept", {"kept"})
    assert file.preview().rows["price_cents"].tolist() == [None]


@pytest.mark.parametrize(
    "start", [":20261109T170000Z", f"{LA}20261109T090000", f"{WINDOWS}20261109T090000",
              ":20261109T090000", ";TZID=America/New_York:20261109T120000"]
)  # fmt: skip
def test_every_kind_of_zone_is_the_same_moment(tmp_path, start):
    end = start.replace("T17", "T18").replace("T12", "T13").replace("T09", "T10")
    assert walls(read(tmp_path, event(start, end))) == ["11-09 09:00"]


def test_an_unknown_zone_is_no_guess(tmp_path):
    odd = ";TZID=Nowhere/Land:2026"
    chunk = read(tmp_path, event(f"{odd}1109T090000", f"{odd}1109T100000"))
    assert reasons(chunk) == ["this time zone is not known"]


def test_a_zone_the_calendar_explains_itself_is_read(tmp_path):
    rule = "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:-0800\r\nTZOFFSETTO:-0800"
    own = f"BEGIN:VTIMEZONE\r\nTZID:Our own\r\n{rule}\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    calendar_event = event(";TZID=Our own:20261109T090000", ";TZID=Our own:20261109T100000")
    assert walls(read(tmp_path, own, calendar_event)) == ["11-09 09:00"]


def test_a_series_keeps_its_wall_time_over_the_change_of_clocks(tmp_path):
    rule = "RRULE:FREQ=WEEKLY;COUNT=4"
    series = event(f"{WINDOWS}20261020T090000", f"{WINDOWS}20261020T100000", rule)
    assert walls(read(tmp_path, series)) == [
        "10-20 09:00", "10-27 09:00", "11-03 09:00", "11-10 09:00",
    ]  # fmt: skip


def test_left_out_and_moved_times_of_a_series(tmp_path):
    series = event(
        f"{LA}20261102T090000", f"{LA}20261102T100000", "RRULE:FREQ=WEEKLY;COUNT=4",
        f"EXDATE{LA}20261109T090000",
    )  # fmt: skip
    moved = event(
        f"{LA}20261118T140000", f"{LA}20261118T150000", f"RECURRENCE-ID{LA}20261116T090000"
    )
    before = read(tmp_path, series)
    after = read(tmp_path, series, moved)
    assert walls(before) == ["11-02 09:00", "11-16 09:00", "11-23 09:00"]
    assert walls(after) == ["11-02 09:00", "11-18 14:00", "11-23 09:00"]
    # A moved time keeps its key: it is known again where it went.
    assert list(before.rows["source_key"]) == list(after.rows["source_key"])


def test_a_series_without_an_end_is_read_half_a_year_beyond_the_export(tmp_path):
    series = event(f"{LA}20261102T090000", f"{LA}20261102T100000", "RRULE:FREQ=WEEKLY")
    path = write_calendar(tmp_path / "c.ics", series)
    file = open_source(path, timezone=ZONE)
    last = datetime.fromtimestamp(file.preview(100).rows["starts_at"].max(), UTC)
    assert last.date().isoformat() == "2027-05-17"
    assert [note for note in file.notes if "events that repeat" in note] != []


def test_hours_that_happen_twice_or_never_are_set_aside(tmp_path):
    chunk = read(
        tmp_path,
        event(f"{LA}20261101T013000", f"{LA}20261101T030000", uid="twice"),
        event(f"{LA}20270314T023000", f"{LA}20270314T033000", uid="never"),
        # In UTC both are told apart.
        event(":20261101T083000Z", ":20261101T093000Z", uid="first"),
        event(":20261101T093000Z", ":20261101T103000Z", uid="second"),
    )
    assert reasons(chunk) == [TWICE, NEVER]
    assert walls(chunk) == ["11-01 01:30", "11-01 01:30"]
    first, second = chunk.rows["starts_at"]
    assert second - first == 3600


def test_a_series_through_the_hour_that_happens_twice_loses_that_day_alone(tmp_path):
    rule = "RRULE:FREQ=WEEKLY;COUNT=3"
    chunk = read(tmp_path, event(f"{LA}20261025T013000", f"{LA}20261025T023000", rule))
    assert walls(chunk) == ["10-25 01:30", "11-08 01:30"]
    assert reasons(chunk) == [TWICE]


@pytest.mark.parametrize(
    ("calendar_event", "reason"),
    [
        (event(";VALUE=DATE:20261109", ";VALUE=DATE:20261110"),
         "it lasts all day: a visit has a start and an end"),
        (event(":20261109T170000Z", ":20261109T160000Z"), "it is not later than the start"),
        (event(":20261109T170000Z", ":20261109T180000Z", "STATUS:CANCELLED"),
         "it is cancelled in the calendar"),
        (event(":nonsense", ":20261109T180000Z"), "its start cannot be read"),
        (event(":20261109T170000Z", ":20261109T180000Z", "RRULE:FREQ=SECONDLY"),
         "it repeats more often than daily"),
        (event(":20261109T170000Z", ":20261109T180000Z", "RRULE:FREQ=SOMETIMES"),
         "how it repeats cannot be read"),
        (event(":20261109T170000Z", ":20261109T180000Z", summary=""),
         "it does not say who the visit is for"),
    ],
)  # fmt: skip
def test_what_is_no_visit_is_set_aside_with_the_reason(tmp_path, calendar_event, reason):
    chunk = read(tmp_path, calendar_event)
    assert (chunk.read, len(chunk.rows), reasons(chunk)) == (1, 0, [reason])


def test_two_calendars_holding_one_event_are_two_people_occupied(tmp_path):
    calendar_event = event(":20261109T170000Z", ":20261109T180000Z")
    first_calendar, second_calendar = (
        read(tmp_path, calendar_event, name=name) for name in ("Maya", "Ines")
    )
    assert list(first_calendar.rows["source_key"]) != list(second_calendar.rows["source_key"])


def test_a_calendar_without_events_or_cut_in_half_is_refused(tmp_path):
    path = write_calendar(tmp_path / "c.ics")
    with pytest.raises(FileProblem, match=r"c\.ics is a calendar without events"):
        open_source(path, timezone=ZONE)
    path.write_text(path.read_text()[:60])
    with pytest.raises(FileProblem, match=r"c\.ics"):
        open_source(path, timezone=ZONE)


@settings(max_examples=15, deadline=None)
@given(
    count=st.integers(1, 12),
    interval=st.integers(1, 2),
    freq=st.sampled_from(["DAILY", "WEEKLY"]),
    minutes=st.integers(1, 300),
)
def test_every_time_of_a_series_is_a_row_of_its_length(
    tmp_path_factory, count, interval, freq, minutes
):
    end = f"{LA}20261109T{9 + minutes // 60:02}{minutes % 60:02}00"
    rule = f"RRULE:FREQ={freq};COUNT={count};INTERVAL={interval}"
    chunk = read(tmp_path_factory.mktemp("c"), event(f"{LA}20261109T090000", end, rule))
    assert len(chunk.rows) == count
    assert set(chunk.rows["minutes"]) == {minutes}
    assert {wall[-5:] for wall in walls(chunk)} == {"09:00"}
