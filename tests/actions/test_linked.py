"""Two families with a baby of one name, made one and parted again: each has what was its own."""

from datetime import datetime

import pytest
from sqlalchemy import select

from allay_metrics.actions.care_closing import Closing, close_care
from allay_metrics.actions.check_in_requests import make_link
from allay_metrics.actions.death import revoke_mistaken_death, save_death
from allay_metrics.actions.family_decisions import merge, split, unlink
from allay_metrics.actions.family_erasure import erase_family
from allay_metrics.actions.match_decisions import save_match
from allay_metrics.actions.notes import add_tag, save_client_note
from allay_metrics.actions.overrides import undo_overrides
from allay_metrics.actions.parent_form import save_consent, save_signs
from allay_metrics.actions.records_check import check_records
from allay_metrics.derive.closing import DIED
from allay_metrics.errors import Conflict
from allay_metrics.records.tables import (
    care_closed,
    client,
    client_before_link,
    client_note,
    client_tag,
    family,
)
from allay_metrics.review.open_check_ins import read_open_flags
from allay_metrics.review.unmatched_check_ins import read_open_doubts
from tests.support.asked import seen, signed, token_of
from tests.support.exports import ZONE

NOW = datetime.now(ZONE)
LEE, MOSS = "e:ana.lee@example.org", "e:bea.moss@example.org"
OF_CLIENT = (client.c.practice_id == family.c.practice_id) & (client.c.family_id == family.c.id)


@pytest.fixture(params=[(7, 7), (9, 3), (3, 9)], ids=["at once", "Lee first", "Moss first"])
def scope(sqlite_desk, request):
    lee, moss = request.param
    rows = [seen("1", lee), seen("2", moss, who="Bea Moss")]
    sqlite_desk.take_in(rows, f"{NOW:%Y-%m-%d %H:%M}")
    signed(sqlite_desk.scope)
    return sqlite_desk.scope


def babies(scope):
    """Return the Mia of each family by its match key."""
    asked = select(family.c.match_key, client.c.id).join(client, OF_CLIENT)
    with scope.read() as conn:
        return dict(map(tuple, conn.execute(asked)))


def kept(scope, table, column):
    """Return whose each row is: (match key, what it says)."""
    of = {id_: key for key, id_ in babies(scope).items()}
    with scope.read() as conn:
        rows = conn.execute(select(table.c.client_id, table.c[column])).all()
    return {(of.get(id_, "nobody"), said) for id_, said in rows}


def contact(scope):
    with scope.read() as conn:
        return dict(map(tuple, conn.execute(select(family.c.match_key, family.c.contact))))


def tick(scope, whose):
    token = token_of(make_link(scope, whose, "day7"))
    save_consent(scope, token, in_totals=True, language="en")
    save_signs(scope, token, (1,))


def signs(scope):
    return {(flag.client, flag.family) for flag in read_open_flags(scope)}


def part(scope, saved, how):
    if how == "undo":
        undo_overrides(scope, saved.undo)
    else:
        unlink(scope, LEE, "", MOSS)


@pytest.mark.parametrize("how", ["undo", "later"])
def test_a_death_a_sign_and_a_closing_go_back_to_whom_they_were_of(scope, how):
    mia = babies(scope)
    tick(scope, mia[LEE])
    save_death(scope, mia[LEE], NOW.date())
    close_care(scope, [Closing(mia[MOSS], NOW.date(), "goals met")])
    saved = merge(scope, LEE, MOSS)
    assert (MOSS, DIED) in kept(scope, care_closed, "reason")
    part(scope, saved, how)
    assert kept(scope, care_closed, "reason") == {(LEE, DIED), (MOSS, "goals met")}
    assert signs(scope) == {("Mia", "Lee")}
    assert contact(scope)[LEE] == "none"
    assert check_records(scope) == []


@pytest.mark.parametrize("of", [LEE, MOSS])
def test_notes_and_tags_of_either_go_back_too(scope, of):
    mia = babies(scope)[of]
    save_client_note(scope, mia, "Sleeps on the left", 0)
    add_tag(scope, mia, "NICU")
    saved = merge(scope, LEE, MOSS)
    part(scope, saved, "later")
    assert kept(scope, client_note, "text") == {(of, "Sleeps on the left")}
    assert kept(scope, client_tag, "tag") == {(of, "NICU")}


@pytest.mark.parametrize("how", ["undo", "later"])
def test_a_sign_ticked_meanwhile_is_nobodys_and_says_both_families(scope, how):
    saved = merge(scope, LEE, MOSS)
    tick(scope, babies(scope)[MOSS])
    part(scope, saved, how)
    assert signs(scope) == {("Not matched: Mia Lee or Moss", "")}
    (flag,) = read_open_flags(scope)
    assert (number := read_open_doubts(scope, 5))[0] == 1
    assert "Two babies of one name" in number[1][0].question
    save_match(scope, flag.check_in_id, babies(scope)[LEE])
    assert signs(scope) == {("Mia", "Lee")}


@pytest.mark.parametrize("how", ["undo", "later"])
def test_no_living_baby_is_dead_for_a_death_kept_meanwhile(scope, how):
    saved = merge(scope, LEE, MOSS)
    mia = babies(scope)[MOSS]
    save_death(scope, mia, NOW.date())
    with pytest.raises(Conflict, match="take it back on the baby's page"):
        part(scope, saved, how)
    assert contact(scope) == {MOSS: "none"}
    revoke_mistaken_death(scope, mia)
    part(scope, saved, how)
    assert kept(scope, care_closed, "reason") == set()


def test_a_family_made_of_two_is_not_split_by_name_where_one_of_two_namesakes_died(scope):
    mia = babies(scope)
    save_death(scope, mia[LEE], NOW.date())
    merge(scope, LEE, MOSS)
    with pytest.raises(Conflict, match="undo the merge of the two families"):
        split(scope, MOSS, "Ana Lee")
    unlink(scope, LEE, "", MOSS)
    assert kept(scope, care_closed, "reason") == {(LEE, DIED)}


def test_nothing_of_it_is_left_once_a_family_is_erased(scope):
    add_tag(scope, babies(scope)[LEE], "NICU")
    merge(scope, LEE, MOSS)
    with scope.read() as conn:
        assert conn.execute(select(client_before_link)).all()
        both = conn.execute(select(family.c.id)).scalar_one()
    erase_family(scope, both)
    with scope.read() as conn:
        assert conn.execute(select(client_before_link)).all() == []
