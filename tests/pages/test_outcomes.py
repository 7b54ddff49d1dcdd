"""Outcomes: the context first, then who answered, then counts; and what to do while it waits."""

import csv
import io
from dataclasses import replace

import pytest
from sqlalchemy import select

from allay_metrics import formatting as fmt
from allay_metrics.errors import NotAllowed
from allay_metrics.outcomes.research import CONTEXT
from allay_metrics.records import Viewer
from allay_metrics.records.tables import audit, episode
from allay_metrics.review.concern import NO_HEADLINE
from allay_metrics.review.outcomes import outcome_rows, review_outcomes
from allay_metrics.spreadsheet import format_csv
from allay_metrics.ui.export import _drawn
from allay_metrics.ui.outcomes.outcome_labels import outcomes_export
from allay_metrics.ui.outcomes.picture import picture_png
from allay_metrics.ui.viewing_as import AS
from tests.metrics.test_outcomes import END, practice_that_answered
from tests.support.answered import put_babies_on_file, put_check_ins_on_file, stays_plainly
from tests.support.on_page import page_of, run
from tests.support.practices import START, Invented, booked


def _review(scope):
    return review_outcomes(scope, START, END)


def _exported(scope):
    text = format_csv(outcomes_export(scope, _review(scope))).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_an_export_carries_the_context_who_answered_and_the_interval(sqlite_scope):
    practice_that_answered(sqlite_scope, 14, 12, 5)
    [context], [period], _, _, heads, *lines = _exported(sqlite_scope)
    assert context == f"Read this first: {CONTEXT}"
    assert fmt.span(START, END) in period
    told = {line[0]: dict(zip(heads, line, strict=True)) for line in lines}["digestion"]
    assert (told["eligible"], told["paired"], told["better_n"]) == ("14", "12", "12")
    assert float(told["better_low"]) < 1
    assert (told["low"], told["high"]) == ("5.0", "5.0")


def test_an_export_tells_nothing_of_ten_but_that_they_answered(sqlite_scope):
    practice_that_answered(sqlite_scope, 12, 10, 5)
    _, _, _, _, heads, *lines = _exported(sqlite_scope)
    told = {line[0]: dict(zip(heads, line, strict=True)) for line in lines}["digestion"]
    known = {key for key, value in told.items() if value}
    assert known == {
        "concern", "measure", "window", "eligible", "asked", "baseline", "paired", "reason",
    }  # fmt: skip


def test_only_the_owner_sees_the_whole_practice(sqlite_scope):
    hers = replace(sqlite_scope, viewer=Viewer("therapist", "x"))
    with pytest.raises(NotAllowed):
        _review(hers)


def test_types_are_told_only_where_each_holds_eleven(sqlite_scope):
    practice_that_answered(sqlite_scope, 14, 12, 5)
    assert list(_review(sqlite_scope).by_type) == ["cst"]


@pytest.mark.parametrize(("few", "told"), [(3, []), (11, ["cst"])])
def test_types_are_not_told_where_they_would_tell_on_one_concern(sqlite_scope, few, told):
    """All pairs less the twelve of digestion would be what the three others said."""
    names = [f"F{number:02}" for number in range(12 + few)]
    concern = ["gassy"] * 12 + ["neck always turned one way, torticollis"] * few
    named = [(name, "Mia", None, why) for name, why in zip(names, concern, strict=True)]
    put_babies_on_file(Invented([booked(name, START) for name in names]), named, sqlite_scope)
    with sqlite_scope.read() as conn:
        asked = select(episode.c.client_id, episode.c.concern)
        why = dict(map(tuple, conn.execute(asked)))
    stays = stays_plainly(sqlite_scope)
    drawn = []
    for place, stay in enumerate(stays):
        measure = {"digestion": "tummy", "torticollis": "head_turn"}[why[stay.client]]
        for day, value in ((-1, 4), (28, 1)):
            drawn.append((place, day, 9 * 3600, True, 1, {measure: value}, "B1"))
    put_check_ins_on_file(sqlite_scope, stays, drawn)
    review = _review(sqlite_scope)
    pairs = {result.concern.id: result.summary.funnel.paired for result in review.concerns}
    assert (pairs["digestion"], pairs["torticollis"]) == (12, few)
    assert list(review.by_type) == told


def test_under_two_fifths_nobody_tells_a_headline(sqlite_scope):
    practice_that_answered(sqlite_scope, 28, 11, 5)
    review = _review(sqlite_scope)
    (row,) = [row for row in outcome_rows(review) if row["concern"] == "digestion"]
    assert row["reason"] == NO_HEADLINE
    hushed = ("mean_change", "median_change", "low", "high", "expected_change", "remainder")
    assert {row[key] for key in hushed} == {None}
    assert {row[key]["n"] for key in ("better", "same", "worse")} == {None}
    # How far the missing could move it is what can be said.
    assert (row["worst_case_share"], row["best_case_share"]) == (11 / 28, 1)


def test_the_figure_is_the_owners_named_by_chance_and_written_down(small):
    practice_that_answered(small, 14, 12, 5)
    at = page_of("owner/outcomes")
    at.query_params["period"] = "12 months"
    run(at)
    offered = {download.proto.label: download.proto for download in at.get("download_button")}
    assert {"CSV", "Figure (PNG)", "Figure (PDF)"} <= offered.keys()
    hers = page_of("owner/outcomes")
    hers.query_params[AS] = small.as_therapist("Maya Lopez").viewer.therapist_id[:8]
    assert run(hers).get("download_button") == []


def test_a_figure_taken_leaves_a_line_in_the_audit_trail(sqlite_scope):
    practice_that_answered(sqlite_scope, 14, 12, 5)
    review = _review(sqlite_scope)
    drawn = _drawn(sqlite_scope, "outcomes_2026.png", lambda: picture_png(review))
    assert drawn.startswith(b"\x89PNG")
    with sqlite_scope.read() as conn:
        newest = conn.execute(select(audit).order_by(audit.c.number.desc())).first()
    assert (newest.action, newest.about) == ("take an export", "outcomes_2026.png")
