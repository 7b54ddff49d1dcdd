"""The exports: Acuity's format to the letter, the same bytes each time, plausible to read."""

import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from allay_metrics.demo import invent, write_exports
from allay_metrics.demo.acuity_export import HEADER
from allay_metrics.demo.demo_practice import TEAM
from tests.demo.conftest import rows_of

UNTIL = date(2026, 11, 22)
PACIFIC = ZoneInfo("America/Los_Angeles")
ADDRESS = "Home address (street, city, ZIP) "


def share(rows, holds):
    return sum(1 for row in rows if holds(row)) / len(rows)


def test_the_same_seed_and_day_give_the_same_bytes(tmp_path):
    one = write_exports(tmp_path / "one", visits=300, until=UNTIL)
    two = write_exports(tmp_path / "two", visits=300, until=UNTIL)
    assert [file.path.read_bytes() for file in one] == [file.path.read_bytes() for file in two]


def test_another_seed_gives_another_practice(tmp_path):
    one = write_exports(tmp_path / "one", visits=300, until=UNTIL)
    two = write_exports(tmp_path / "two", visits=300, until=UNTIL, seed=8)
    assert one[1].path.read_bytes() != two[1].path.read_bytes()


def test_files_come_in_the_order_of_import_with_their_moments(files):
    morning = datetime(2026, 11, 22, 8, 2, tzinfo=PACIFIC)
    assert [file.holds for file in files] == ["kept", "kept", "cancelled"]
    assert files[0].as_of == int((morning - timedelta(days=14)).timestamp())
    assert files[1].as_of == files[2].as_of == int(morning.timestamp())


def test_an_export_moment_without_a_zone_is_the_practices(tmp_path):
    noon = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001
    files = write_exports(tmp_path, visits=50, until=UNTIL, as_of=noon)
    assert files[1].as_of == int(noon.replace(tzinfo=PACIFIC).timestamp())


def test_every_field_is_quoted_and_every_line_ends_as_acuity_ends_it(files):
    for file in files:
        text = file.path.read_bytes().decode()
        assert text.endswith('"\r\n')
        for line in text.split('"\r\n')[:-1]:
            cells = re.fullmatch(r'"(?:[^"]|"")*(?:","(?:[^"]|"")*)*', line)
            assert cells, line
            assert line.count('","') == len(HEADER) - 1


def test_the_questions_stand_before_the_appointment_id(newest):
    names = list(newest[0])
    assert names == list(HEADER)
    assert names[-1] == "Appointment ID"
    assert names.index(ADDRESS) > names.index("Date Rescheduled")


def test_appointment_ids_are_different_in_all_files(newest, cancelled):
    ids = [row["Appointment ID"] for row in newest + cancelled]
    assert len(ids) == len(set(ids))


def test_rows_are_not_in_time_order(newest, start):
    assert any(start(one) > start(two) for one, two in pairwise(newest))


def test_values_are_spelled_as_acuity_spells_them(newest):
    for row in newest:
        assert row["Timezone"] == "America/Los_Angeles"
        assert re.fullmatch(r"[A-Z][a-z]+ \d{1,2}, \d{4} \d{1,2}:\d\d [ap]m", row["Start Time"])
        assert not re.search(r" 0\d", row["Start Time"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["Date Scheduled"])
        assert re.fullmatch(r"(\d{4}-\d\d-\d\d)?", row["Date Rescheduled"])
        assert re.fullmatch(r"(1[3-9]\d|2[0-6]\d)?(\.00)?", row["Appointment Price"])


def test_two_rows_cannot_be_read(files, newest):
    text = files[1].path.read_text(encoding="utf-8")
    assert text.count('"\n') - 1 == len(newest) + 2
    assert '"November 31, 2026 9:00 am"' in text
    assert '"November 1, 2026 1:30 am"' in text


def test_a_year_without_a_recent_change_of_clocks_has_one_such_row(tmp_path):
    files = write_exports(tmp_path, visits=100, until=date(2026, 9, 30))
    text = files[1].path.read_text(encoding="utf-8")
    assert '"September 31, 2026 9:00 am"' in text
    assert " 1:30 am" not in text


def test_nobody_can_be_called_or_written_to(newest, cancelled, older):
    for row in newest + cancelled + older:
        digits = re.sub(r"\D", "", row["Phone"])
        assert not digits or re.fullmatch(r"1?\d{3}55501\d\d", digits)
        assert row["Phone"][:1] in {"", "'"}
    addresses = re.findall(r"\S+@\S+", str(newest + cancelled + older))
    assert addresses
    assert all("@example.com" in address for address in addresses)


def test_no_therapist_is_in_two_places(newest, older, start, end):
    for rows in (newest, older):
        days = defaultdict(set)
        for row in rows:  # twins' rows share one slot and one home
            days[row["Calendar"]].add((start(row), end(row)))
        for slots in days.values():
            assert all(slot[1] <= two[0] for slot, two in pairwise(sorted(slots)))


def test_therapists_work_from_nine_to_six_and_hardly_on_sundays(newest, start, end):
    for row in newest:
        assert 9 * 60 <= start(row).hour * 60 + start(row).minute <= 18 * 60
        assert timedelta(minutes=45) <= end(row) - start(row) <= timedelta(minutes=90)
    assert 0 < share(newest, lambda row: start(row).weekday() == 6) < 0.02


def test_each_therapist_drives_in_her_own_cities(newest):
    cities = {therapist.name: therapist.cities for therapist in TEAM}
    for row in newest:
        placed = re.search(r", ([A-Z][A-Za-z ]+), CA \d{5}$", row[ADDRESS])
        assert not placed or placed[1] in cities[row["Calendar"]]


def test_the_practice_grew_to_forty_to_sixty_visits_a_week(newest, start):
    weeks = Counter((UNTIL - start(row).date()).days // 7 for row in newest)
    recent = [weeks[ago] for ago in range(1, 9)]
    first = [weeks[ago] for ago in range(120, 128)]
    assert 40 <= sum(recent) / 8 <= 60
    assert sum(first) < sum(recent) / 2


def test_summer_and_christmas_are_quieter(newest, start):
    def weekly(first, last):
        kept = sum(first <= start(row).date() <= last for row in newest)
        return kept * 7 / ((last - first).days + 1)

    spring = weekly(date(2026, 5, 1), date(2026, 6, 20))
    autumn = weekly(date(2026, 9, 1), date(2026, 10, 20))
    assert weekly(date(2026, 7, 1), date(2026, 8, 19)) < 0.9 * (spring + autumn) / 2
    assert weekly(date(2025, 12, 20), date(2026, 1, 3)) < 0.75 * weekly(
        date(2025, 11, 20), date(2025, 12, 19)
    )


def test_bookings_reach_about_three_weeks_ahead(newest, start):
    ahead = [start(row).date() for row in newest if start(row).date() >= UNTIL]
    assert 25 <= len(ahead) <= 90
    assert timedelta(days=10) <= max(ahead) - UNTIL <= timedelta(days=28)


def test_nothing_is_booked_after_its_visit_or_after_the_export(newest, start):
    for row in newest:
        assert row["Date Scheduled"] <= str(start(row).date())
        assert row["Date Scheduled"] < str(UNTIL)
        assert row["Date Rescheduled"] == "" or (
            row["Date Scheduled"] < row["Date Rescheduled"] < str(start(row).date())
        )


def test_first_feeding_visits_are_booked_soon_and_massages_early(newest, start):
    def leads(kind):
        return [
            (start(row).date() - date.fromisoformat(row["Date Scheduled"])).days
            for row in newest
            if row["Type"].startswith(kind)
        ]

    lactation, massage = leads("Lactation Consult"), leads("Prenatal")
    assert sum(lead <= 4 for lead in lactation) / len(lactation) > 0.75
    assert sum(massage) / len(massage) > 6


def test_twins_are_booked_in_both_forms(newest):
    babies = Counter(
        (row["Email"] or row["Phone"], row["Calendar"], row["Start Time"]) for row in newest
    )
    assert 20 < sum(count == 2 for count in babies.values()) < 150
    assert sum("&" in row["Baby's name"] or " and " in row["Baby's name"] for row in newest) > 20
    assert set(babies.values()) == {1, 2}


def test_shares_are_those_of_such_a_practice(newest, cancelled):
    rows = newest + cancelled
    assert 0.07 < len(cancelled) / len(rows) < 0.13
    no_show = re.compile(r"no.?show", re.IGNORECASE)
    assert 0.01 < share(rows, lambda row: no_show.match(row["Label"])) < 0.04
    assert not any(no_show.match(row["Label"]) for row in newest)
    assert len({row["Label"] for row in cancelled if no_show.match(row["Label"])}) >= 3
    assert 0.03 < share(rows, lambda row: row["Date Rescheduled"]) < 0.10
    assert 0.03 < share(rows, lambda row: not row["Email"]) < 0.10
    assert 0.005 < share(rows, lambda row: not row["Appointment Price"]) < 0.03
    assert 0.05 < share(rows, lambda row: "+" in row["Type"]) < 0.15


def test_some_homes_cannot_be_placed(newest):
    addresses = [row[ADDRESS] for row in newest]
    assert {"Zoom", "Virtual"} & set(addresses)
    assert any("94010" in text and "CA" not in text for text in addresses)
    assert any("okland" in text for text in addresses)
    assert 0.02 < share(newest, lambda row: not row[ADDRESS]) < 0.06


def test_partners_share_an_email(newest):
    names = defaultdict(set)
    for row in newest:
        names[row["Email"]].add(row["First Name"])
    names.pop("")
    assert 0.05 < sum(len(first) == 2 for first in names.values()) / len(names) < 0.5
    assert max(map(len, names.values())) == 2


def test_three_kept_visits_are_in_no_newer_file(older, newest, cancelled):
    still = {row["Appointment ID"] for row in newest + cancelled}
    gone = [row for row in older if row["Appointment ID"] not in still]
    assert len(gone) == 3


def test_the_older_export_knows_nothing_of_the_two_weeks_since(older):
    for row in older:
        assert max(row["Date Scheduled"], row["Date Rescheduled"]) < "2026-11-08"
        assert not re.match(r"no.?show", row["Label"], re.IGNORECASE)


def test_some_visits_moved_between_the_two_exports(tmp_path):
    files = write_exports(tmp_path, visits=10_000, until=UNTIL)  # enough to hold several
    then = {row["Appointment ID"]: row["Start Time"] for row in rows_of(files[0].path)}
    moved = [
        row
        for row in rows_of(files[1].path)
        if then.get(row["Appointment ID"], row["Start Time"]) != row["Start Time"]
    ]
    assert moved
    assert all(row["Date Rescheduled"] >= "2026-11-08" for row in moved)


@pytest.mark.parametrize("until", [date(2026, 1, 4), date(2025, 3, 1), date(2028, 2, 29)])
def test_it_ends_on_whatever_day_it_is(until):
    practice = invent(400, until=until)
    days = practice.visits.day
    assert days.max() >= until.toordinal()
    assert days.max() <= until.toordinal() + 30
    assert practice.as_of.date() == until


@pytest.mark.parametrize("count", [1, 10, 2_000, 20_000])
def test_there_are_about_as_many_visits_as_asked(count):
    assert count * 0.98 - 1 <= len(invent(count, until=UNTIL).visits) <= count + 12


def test_no_visits_at_all_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        invent(0, until=UNTIL)
