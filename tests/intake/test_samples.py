"""A sample of every export the product can read, with the expected rows."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from allay_metrics.intake.profile import shipped_profiles
from allay_metrics.intake.questionnaires import open_answers, shipped_questionnaires
from allay_metrics.intake.source_file import open_source

SAMPLES = Path(__file__).parent / "samples"
ZONE = "America/Los_Angeles"
VISITS = [profile.name for profile in shipped_profiles()]
ANSWERS = [profile.name for profile in shipped_questionnaires()]


def sample(name):
    (path,) = (path for path in SAMPLES.glob(f"{name}.*") if path.suffix != ".json")
    return path, json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def wall(moment):
    return f"{datetime.fromtimestamp(moment, ZoneInfo(ZONE)):%Y-%m-%d %H:%M}"


def test_every_shipped_profile_has_a_sample_and_its_rows():
    names = [*VISITS, *ANSWERS]
    assert sorted(path.stem for path in SAMPLES.glob("*.json")) == sorted(names)
    assert sorted({path.stem for path in SAMPLES.iterdir()}) == sorted(names)


@pytest.mark.parametrize("name", VISITS)
def test_a_sample_of_visits_is_read_as_it_should(name):
    path, right = sample(name)
    file = open_source(path, timezone=ZONE)
    chunk = file.preview(100)
    assert (file.source, file.holds, sorted(file.carries)) == (
        right["source"], right["holds"], right["carries"],
    )  # fmt: skip
    assert chunk.set_aside == []
    for row, expected in zip(chunk.rows.to_dict("records"), right["rows"], strict=True):
        times = {name: wall(row[name]) for name in ("starts_at", "ends_at")}
        assert {name: {**row, **times}[name] for name in expected} == expected


@pytest.mark.parametrize("name", ANSWERS)
def test_a_sample_of_answers_is_read_as_it_should(name):
    path, right = sample(name)
    checked = open_answers(path, timezone=ZONE).check()
    assert checked.set_aside == []
    responses = [
        {
            "at": wall(response.answered_at),
            "email": response.email,
            "baby": response.baby,
            "born": response.born,
            "values": response.values,
            "texts": response.texts,
        }
        for response in checked.responses
    ]
    assert responses == right
