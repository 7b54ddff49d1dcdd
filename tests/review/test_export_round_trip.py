"""What came in by any odd file goes out as a file, and comes in again as it was."""

from datetime import date

import pytest

from allay_metrics.actions.file_import import import_file
from allay_metrics.metrics import Question, visits_behind
from allay_metrics.records import open_practice
from allay_metrics.review.export_lists import visits_export
from allay_metrics.spreadsheet import format_csv, format_xlsx
from tests.support.acuity import export_text

AS_OF = 1_796_000_000  # after every visit here
ASKED = Question(metrics=("completed",), first=date(2026, 11, 1), last=date(2026, 11, 30))
NAMES = [
    "O'Brien", "Zo\u00eb", "d\u2019Arcy", "-Ann", "=1+1", "@home", "+14155550100", "007", "O,K",
]  # fmt: skip
WORLD = ["שרה", "李明", "Zoë👶🏽", "علي", "\uff1d1x"]
KINDS = {
    "UTF-8": (",", "utf-8", NAMES + WORLD),
    "a byte order mark": (",", "utf-8-sig", NAMES + WORLD),
    "UTF-16": (",", "utf-16", NAMES + WORLD),
    "UTF-16 with tabs": ("\t", "utf-16", NAMES + WORLD),
    "cp1252": (",", "cp1252", NAMES),
    "semicolons": (";", "utf-8", NAMES + WORLD),
    "tabs": ("\t", "utf-8", NAMES + WORLD),
}


def taken_in(folder, name, path, **told):
    scope = open_practice(f"sqlite:///{folder / name}", name="Small")
    report = import_file(scope, path, as_of=AS_OF, **told)
    assert report.set_aside == []
    return scope


def visits(scope):
    columns = ["starts_at", "family", "city", "visit_type", "therapist", "state", "minutes"]
    columns.append("price")
    found = visits_behind(ASKED, scope, limit=None)
    return sorted(found[columns].astype(str).itertuples(index=False, name=None))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("end", "write"), [("csv", format_csv), ("xlsx", format_xlsx)])
def test_in_and_out_and_in_again_is_the_same(tmp_path, kind, end, write):
    delimiter, encoding, names = KINDS[kind]
    rows = [
        {
            "Start Time": f"November {n + 1}, 2026 9:00 am",
            "End Time": f"November {n + 1}, 2026 10:15 am",
            "First Name": "",
            "Last Name": name,
            "Email": "",
            "Phone": "",
            "Appointment ID": f"{n:05}",
            "Appointment Price": "1,165.50",
            "City": "Oakland",
        }
        for n, name in enumerate(names)
    ]
    path = tmp_path / "odd.csv"
    path.write_bytes(export_text(*rows, delimiter=delimiter).encode(encoding))
    first = taken_in(tmp_path, "first.sqlite", path)
    export = tmp_path / f"visits.{end}"
    export.write_bytes(write(visits_export(first, ASKED, "All visits")))
    second = taken_in(tmp_path, "second.sqlite", export)
    told = visits(first)
    assert [family for _, family, *_ in told] == [" ".join(name.split()) for name in names]
    assert visits(second) == told
    first.close()
    second.close()
