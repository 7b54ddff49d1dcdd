"""Families and therapists: all invented, all different, everyone within reach."""

from collections import Counter
from itertools import product

from allay_metrics.demo.demo_cities import CITIES
from allay_metrics.demo.demo_practice import SKILLS, TEAM, demo_practice, therapists
from allay_metrics.demo.phones import fictional_numbers


def test_every_city_has_someone_for_every_kind_of_visit():
    for city, skill in product(CITIES, SKILLS):
        assert any(city.area in therapist.areas and skill in therapist.skills for therapist in TEAM)


def test_no_two_therapists_share_an_email_in_a_large_practice():
    people = therapists(45)
    assert (
        len({person.email for person in people}) == len({person.name for person in people}) == 225
    )


def test_goals_are_those_of_one_practice():
    practice = demo_practice()
    assert practice.therapists == TEAM
    assert 0 < practice.goals["show_rate"] < 1


def test_phone_numbers_are_different():
    assert len(set(fictional_numbers())) == len(fictional_numbers())


def test_no_two_families_share_an_email(invented):
    emails = Counter(email for email in invented.families.emails if email)
    assert max(emails.values()) == 1


def test_families_known_by_phone_alone_share_it_with_nobody(invented):
    families = invented.families
    phones = Counter(families.phones)
    alone = [
        phone for phone, has in zip(families.phones, families.has_email, strict=True)
        if phone and not has
    ]  # fmt: skip
    assert alone
    assert all(phones[phone] == 1 for phone in alone)


def test_some_families_come_back_with_a_second_child(invented):
    visits, births = invented.visits, invented.births
    again = set(visits.family[births.is_second_child[visits.birth]].tolist())
    before = set(visits.family[~births.is_second_child[visits.birth]].tolist())
    assert len(again & before) > 5


def test_massage_comes_before_birth_feeding_right_after_and_cst_then(invented):
    visits, births = invented.visits, invented.births
    age = visits.day - births.day[visits.birth]
    prenatal, lactation, cst = (
        age[(visits.kind == kind) & (visits.number == 0)] for kind in range(3)
    )
    assert prenatal.max() < 7
    assert 2 <= lactation.min() <= lactation.max() <= 25
    assert 14 <= cst.min() <= cst.max() <= 84
