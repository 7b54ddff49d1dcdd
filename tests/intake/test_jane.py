"""Jane's appointments report: breaks, states and their times, prices from the sales report."""

import pytest

from allay_metrics.errors import FileProblem
from allay_metrics.intake.source_file import open_source
from tests.support.acuity import ZONE
from tests.support.sources import JANE, JANE_SALES, jane, sale, write_table


def opened(folder, *rows, beside=(), **options):
    path = write_table(folder / "appointments.csv", JANE, rows, **options)
    return open_source(path, timezone=ZONE, beside=beside)


def read(folder, *rows, **options):
    return opened(folder, *rows, **options).preview(1000)


def test_it_is_recognised_below_a_title_line_too(tmp_path):
    file = opened(tmp_path, jane(1, "2026-11-09 09:00"), above=["Appointments: Nov 2026"])
    assert (file.source, file.holds) == ("jane", "all")
    assert file.notes == ["skipped 1 title line above the header"]
    assert {"kept", "cancelled", "no_show", "cancel_time", "attendance", "booked_on"} == (
        file.carries
    )


def test_a_row_is_read_with_its_own_columns(tmp_path):
    rows = read(tmp_path, jane(7, "2026-11-09 09:00", notes_text="gate 12", referral_source="OB"))
    [row] = rows.rows.to_dict("records")
    names = ("source_key", "client_name", "type_text", "therapist", "minutes", "booked_on")
    assert [row[name] for name in names] == [
        "7", "Ada Moss", "Infant CST", "Maya Lopez", 60, "2026-10-20",
    ]  # fmt: skip
    assert (row["notes"], row["referral_source"], row["price_cents"]) == ("gate 12", "OB", None)


def test_breaks_are_skipped_and_counted_aloud(tmp_path):
    lunch = {"patient_first_name": "", "patient_last_name": "", "treatment_name": ""}
    file = opened(
        tmp_path,
        jane(1, "2026-11-09 09:00"),
        jane(2, "2026-11-09 12:00", **lunch, **{"break": "true"}),
        jane(3, "2026-11-09 13:00", **lunch, **{"break": "TRUE"}),
        jane(4, "2026-11-09 14:00"),
    )
    chunk = file.preview(100)
    assert (chunk.read, len(chunk.rows), chunk.set_aside) == (2, 2, [])
    assert list(chunk.rows["row_number"]) == [1, 4]
    assert "skipped 2 breaks" in file.notes


@pytest.mark.parametrize(
    ("cells", "marked"),
    [
        ({}, "none"),
        ({"state": "booked"}, "none"),
        ({"state": "arrived"}, "arrived"),
        ({"state": "in-progress"}, "arrived"),
        ({"state": "no_show"}, "no_show"),
        ({"state": "cancelled"}, "cancelled"),
        ({"arrived_at": "2026-11-09 08:55"}, "arrived"),
        ({"no_show_at": "2026-11-09 09:20"}, "no_show"),
        ({"cancelled_at": "2026-11-09 08:00"}, "cancelled"),
        ({"state": "arrived", "arrived_at": "2026-11-09 08:55"}, "arrived"),
    ],
)
def test_states_and_moments_mark_a_visit(tmp_path, cells, marked):
    chunk = read(tmp_path, jane(1, "2026-11-09 09:00", **cells))
    assert list(chunk.rows["marked"]) == [marked]


def test_the_moment_of_cancelling_is_kept(tmp_path):
    cells = {"state": "cancelled", "cancelled_at": "2026-11-08 21:00"}
    [row] = read(tmp_path, jane(1, "2026-11-09 09:00", **cells)).rows.to_dict("records")
    assert row["starts_at"] - row["cancelled_at"] == 12 * 3600


def test_a_deleted_row_is_set_aside_and_says_what_became_of_its_visit(tmp_path):
    chunk = read(tmp_path, jane(1, "2026-11-09 09:00", state="deleted"))
    [aside] = chunk.set_aside
    assert (aside.column, aside.value) == ("state", "deleted")
    assert aside.reason == "it was deleted in Jane"
    assert (aside.key, aside.became) == ("1", "deleted")


def test_rows_repeated_by_overlapping_exports_count_once(tmp_path):
    row = jane(1, "2026-11-09 09:00")
    chunk = read(tmp_path, row, row)
    assert (len(chunk.rows), len(chunk.set_aside), chunk.read) == (1, 1, 2)


def test_prices_come_from_the_sales_report_beside_it(tmp_path):
    sales = write_table(
        tmp_path / "sales.csv",
        JANE_SALES,
        [
            sale("2026-11-09", "165.00"),
            # Two things on one day: that of the same name is the visit's.
            sale("2026-11-10", "180.00"),
            sale("2026-11-10", "24.00", Item="Nipple shield"),
            # Two payers of one visit: neither part is its price.
            sale("2026-11-11", "100.00"),
            sale("2026-11-11", "65.00", Payer="Aetna"),
            # Invoiced a day later.
            sale("2026-11-12", "150.00", **{"Invoice Date": "2026-11-13"}),
            sale("2026-11-09", "999.00", **{"Patient Guid": "guid-someone"}),
        ],
        above=["Sales: Nov 2026"],
    )
    rows = [jane(n, f"2026-11-{n:02} 09:00") for n in (9, 10, 11, 12, 16)]
    file = opened(tmp_path, *rows, beside=[sales])
    rows_read = file.preview(100).rows
    assert list(rows_read["price_cents"]) == [16500, 18000, None, 15000, None]
    assert "the sales report sales.csv matched 3 of 5 rows" in file.notes
    assert "its lines for 1 row differ: nothing was read from them" in file.notes
    assert "1 line of it matches no row of this file" in file.notes
    assert file.untold == frozenset()


def test_without_the_sales_report_the_price_is_untold_not_missing(tmp_path):
    assert opened(tmp_path, jane(1, "2026-11-09 09:00")).untold == {"price_cents"}


def test_both_files_make_the_fingerprint(tmp_path):
    row = jane(1, "2026-11-09 09:00")
    sales = write_table(tmp_path / "sales.csv", JANE_SALES, [sale("2026-11-09", "165.00")])
    assert opened(tmp_path, row).sha256 != opened(tmp_path, row, beside=[sales]).sha256


def test_the_sales_report_alone_says_what_it_is(tmp_path):
    sales = write_table(tmp_path / "sales.csv", JANE_SALES, [sale("2026-11-09", "165.00")])
    with pytest.raises(FileProblem, match=r"sales\.csv is the sales report of Jane"):
        open_source(sales, timezone=ZONE)


def test_a_file_that_is_no_sales_report_is_refused_beside_it(tmp_path):
    other = write_table(tmp_path / "other.csv", ["Day", "Total"], [{"Day": "2026-11-09"}])
    with pytest.raises(FileProblem, match=r"other\.csv is no sales report of Jane"):
        opened(tmp_path, jane(1, "2026-11-09 09:00"), beside=[other])


def test_a_row_too_long_is_not_taken_for_one_with_a_price(tmp_path):
    sales = write_table(tmp_path / "sales.csv", JANE_SALES, [sale("2026-11-09", "165.00")])
    path = write_table(tmp_path / "appointments.csv", JANE, [jane(1, "2026-11-09 09:00")])
    with path.open("a") as file:
        file.write(",".join(["x"] * (len(JANE) + 1)) + "\n")
    chunk = open_source(path, timezone=ZONE, beside=[sales]).preview(10)
    assert (len(chunk.rows), len(chunk.set_aside)) == (1, 1)
