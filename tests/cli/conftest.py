"""Small Acuity exports and the command line to take them in by."""

import json
from dataclasses import dataclass

import pytest

from allay_metrics.cli import main

HEAD = (
    '"Start Time","End Time","First Name","Last Name","Phone","Email","Type","Calendar",'
    '"Appointment Price","Paid?","Amount Paid Online","Certificate Code","Notes",'
    '"Date Scheduled","Label","Scheduled By","City","Appointment ID"'
)


def line(
    number,
    *,
    day="November 9, 2026",
    city="Oakland",
    kind="Infant CST",
    name="Rivera",
    start="9:00 am",
    end="10:00 am",
    booked="2026-11-02",
):
    cells = (
        f"{day} {start}", f"{day} {end}", "Ana", name, "", f"{name.lower()}@example.com", kind,
        "Maya Lopez", "150.00", "no", "0.00", "", "", booked, "", "", city, str(number),
    )  # fmt: skip
    return ",".join(f'"{cell}"' for cell in cells)


@pytest.fixture
def export(tmp_path):
    """A function that writes an export of these lines and returns its path as text."""

    def write(*lines, name="export.csv"):
        path = tmp_path / name
        path.write_text("\r\n".join([HEAD, *lines, ""]), encoding="utf-8", newline="")
        return str(path)

    return write


@dataclass
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(capsys):
    """A function that runs a command as a person would, records in this test's own folder."""

    def command(*arguments):
        code = main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return command
