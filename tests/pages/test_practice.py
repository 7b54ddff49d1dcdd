"""The Practice page: every save says what it changed, and Undo brings it back."""

import pytest
from sqlalchemy import select

from allay_metrics.actions.city_spellings import correct_city
from allay_metrics.actions.family_decisions import merge
from allay_metrics.actions.own_measure_changes import list_own_measures
from allay_metrics.actions.therapist_settings import Details, save_details
from allay_metrics.actions.visit_correction import correct_visit
from allay_metrics.records.tables import goal, therapist, visit
from allay_metrics.review.practice_settings import therapists
from tests.support.on_file import fingerprint
from tests.support.on_page import page_of, run, table_rows, text
from tests.support.own import ARCHING


@pytest.fixture
def page(small):  # noqa: ARG001 - open in the dashboard while this stands
    """`page(part)` opens one part of the page of the small practice."""

    def open_part(part):
        shown = page_of("practice/settings")
        shown.session_state["part"] = part
        return run(shown)

    return open_part


def click(shown, key):
    shown.button(key=key).click()
    return run(shown)


def cities(scope):
    with scope.read() as conn:
        return sorted(conn.execute(select(visit.c.city)).scalars())


def test_a_visit_without_a_city_is_placed_and_goes_back(small, page):
    before = fingerprint(small)
    shown = page("City names")
    assert "1 visit" in text(shown)
    (box,) = [widget for widget in shown.checkbox if "nothing typed" in widget.label]
    box.check()
    shown.selectbox(key="al-place-city").set_value("San Jose")
    click(run(shown), "al-place-save")
    assert "1 visit placed in San Jose. 1 visit moved from Unknown to San Jose." in text(shown)
    assert "None: every visit on file has its city." in text(shown)
    assert "unknown" not in cities(small)
    click(shown, "al-undo-choice")
    assert "Undone. 1 visit changed back." in text(shown)
    assert fingerprint(small) == before


def test_a_correction_can_be_taken_back_later(small, page):
    before = fingerprint(small)
    with small.read() as conn:
        lost = conn.execute(select(visit.c.id).where(visit.c.city == "unknown")).scalar_one()
    correct_city(small, [lost], "Berkeley")
    shown = page("City names")
    click(shown, "al-do-corrected-0")
    assert "1 visit moved from Berkeley to Unknown." in text(shown)
    assert fingerprint(small) == before


def test_what_a_single_visit_was_can_be_taken_back_later(small, page):
    before = fingerprint(small)
    with small.read() as conn:
        visit_id = (
            conn.execute(select(visit.c.id).where(visit.c.visit_type == "cst")).scalars().first()
        )
    correct_visit(small, visit_id, types="massage")
    shown = page("Visit types")
    assert "1 visit" in text(shown)
    click(shown, "al-do-corrected-0")
    assert "1 visit moved from Massage to CST." in text(shown)
    assert fingerprint(small) == before


def test_what_was_told_of_a_save_stays_on_its_page(small, page):
    with small.read() as conn:
        lost = conn.execute(select(visit.c.id).where(visit.c.city == "unknown")).scalar_one()
    correct_city(small, [lost], "Berkeley")
    shown = page("City names")
    click(shown, "al-do-corrected-0")
    assert "moved from Berkeley" in text(shown)
    assert "moved from Berkeley" not in text(run(shown.switch_page("pages/owner/cities.py")))


def test_a_spelling_is_kept_and_dropped(small, page):
    before = fingerprint(small)
    shown = page("City names")
    shown.text_input(key="al-alias").set_value("Oakland")
    shown.selectbox(key="al-alias-city").set_value("Berkeley")
    click(shown, "al-alias-save")
    assert "'Oakland' is Berkeley." in text(shown)
    assert "moved from Oakland to Berkeley." in text(shown)
    assert "Oakland" not in cities(small)
    click(shown, "al-do-alias-0")
    assert "moved from Berkeley to Oakland." in text(shown)
    assert fingerprint(small) == before


def test_a_zip_is_no_spelling_of_a_city(page):
    shown = page("City names")
    shown.text_input(key="al-alias").set_value("94010")
    shown.selectbox(key="al-alias-city").set_value("Burlingame")
    shown.button(key="al-alias-save").click().run()
    assert any(
        "A ZIP or a number is no name of a city" in shown_text.value for shown_text in shown.text
    )


def test_a_word_is_silenced_and_its_names_assigned_by_one_tap(small, page):
    before = fingerprint(small)
    shown = page("Visit types")
    assert "None: every service name on file means a visit type." in text(shown)
    shown.text_input(key="al-word").set_value("CST")
    shown.selectbox(key="al-word-makes").set_value("none")
    click(shown, "al-word-save")
    assert "'cst' no longer makes a visit type." in text(shown)
    assert "moved from CST to Other." in text(shown)
    click(shown, "al-assign-0-massage")
    assert "means Massage." in text(shown)
    assert "moved from Other to Massage." in text(shown)
    click(shown, "al-do-name-0")
    click(shown, "al-do-word-0")
    assert "'cst' is back to its built-in meaning." in text(shown)
    assert fingerprint(small) == before


def test_words_say_in_how_many_visits_they_stand(page):
    rows = table_rows(page("Visit types"), "Built-in keywords")
    assert int(rows["CST"][-1]) > 50
    assert rows["lactation"] == ["Lactation", "always", "1"]


def test_families_that_look_alike_are_made_one_and_parted_again(small, page):
    before = fingerprint(small)
    merge(small, "e:famb@example.com", "e:fama@example.com")
    shown = page("Families")
    assert "is one with" in text(shown)
    assert "Several surnames in one family" in text(shown)
    click(shown, "al-do-decided-0")
    assert "is undone." in text(shown)
    assert fingerprint(small) == before


def test_a_therapist_is_saved_and_given_back(small, page):
    before = fingerprint(small)
    shown = page("Therapists")
    first_therapist = therapists(small)[0]
    of = f"{first_therapist.id[:8]}-{first_therapist.version}"
    shown.number_input(key=f"al-hours-{of}").set_value(24.5)
    shown.selectbox(key=f"al-base-{of}").set_value("Berkeley")
    click(shown, f"al-save-{of}")
    assert f"{first_therapist.name} is saved." in text(shown)
    assert table_rows(shown, "Therapists")[first_therapist.name][1:3] == [
        "Berkeley",
        "24.5 h a week",
    ]
    click(shown, "al-undo-choice")
    assert fingerprint(small) == before


def test_of_two_tabs_the_second_is_told(small, page):
    shown = page("Therapists")
    first_therapist = therapists(small)[0]
    of = f"{first_therapist.id[:8]}-{first_therapist.version}"
    save_details(
        small, first_therapist.id, Details(week_minutes=600), version=first_therapist.version
    )
    shown.number_input(key=f"al-hours-{of}").set_value(20.0)
    shown.button(key=f"al-save-{of}").click().run()
    assert any(f"{first_therapist.name} was changed meanwhile" in each.value for each in shown.text)
    assert therapists(small)[0].week_minutes == 600


def test_goals_are_set_and_given_up(small, page):
    before = fingerprint(small)
    shown = page("Goals")
    of = "-".join("0" * 8)
    shown.number_input(key=f"al-goal-show_rate-{of}").set_value(95.0)
    shown.number_input(key=f"al-goal-completed-{of}").set_value(40.0)
    click(shown, "al-goals-save")
    with small.read() as conn:
        aims = dict(map(tuple, conn.execute(select(goal.c.metric, goal.c.value))))
    assert aims == {"show_rate": 0.95, "completed": 40.0}
    click(shown, "al-undo-choice")
    assert fingerprint(small) == before


def test_a_drive_the_owner_knows_better(small, page):
    before = fingerprint(small)
    shown = page("Drive times")
    shown.selectbox(key="al-drive-a").set_value("Oakland")
    shown.selectbox(key="al-drive-b").set_value("Berkeley")
    run(shown).number_input(key="al-drive-minutes").set_value(17)
    click(run(shown), "al-drive-save")
    assert "Oakland and Berkeley are 17 minutes apart." in text(shown)
    click(shown, "al-undo-choice")
    assert "None: every drive is the estimate." in text(shown)
    assert fingerprint(small) == before


@pytest.mark.parametrize(
    "part", ["Therapists", "Visit types", "City names", "Families", "Goals", "Drive times"]
)
def test_every_part_opens_without_records(sqlite_url, monkeypatch, part):
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_url)
    shown = page_of("practice/settings")
    shown.session_state["part"] = part
    assert "Practice" in text(run(shown))


def test_it_is_for_the_owner_only(small):
    with small.read() as conn:
        someone = conn.execute(select(therapist.c.id)).scalars().first()
    shown = page_of("practice/settings")
    shown.query_params["as"] = someone[:8]
    shown.run()
    assert "This page is not for you to see" in text(shown)


def test_a_measure_of_her_own_is_added_told_and_retired(small, page):
    shown = page("Measures")
    key = "al-measure-new"
    shown.text_input(key=f"{key}-label").set_value("Arching")
    for said in ("en", "es"):
        shown.text_area(key=f"{key}-{said}").set_value(ARCHING.questions[said])
    shown.button(key=f"{key}-save").click().run()
    assert "Say where the change that matters comes from." in said_of(shown)
    shown.text_input(key=f"{key}-basis").set_value(ARCHING.basis)
    shown.multiselect(key=f"{key}-concerns").set_value(["digestion"])
    click(shown, f"{key}-save")
    assert "The measure is added." in text(shown)
    (own_measure,) = list_own_measures(small)
    assert own_measure.concerns == ("digestion",)
    told = text(run(page_of("practice/definitions")))
    assert ARCHING.questions["en"] in told
    assert "exploratory" in told
    click(page("Measures"), f"al-measure-retire-{own_measure.id}")
    assert list_own_measures(small)[0].retired


def said_of(shown):
    return " ".join(each.value for each in shown.text)
