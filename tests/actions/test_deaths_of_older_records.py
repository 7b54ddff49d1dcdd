"""Deaths kept by older versions, whose word on contact was the family's only one, ask each for it.

The records are taken back to the schema they had then, given what those versions left, and brought
forward again.
"""

from datetime import datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from allay_metrics.actions.contact_changes import set_contact
from allay_metrics.actions.death import revoke_mistaken_death, save_death
from allay_metrics.actions.rederive import rederive_outdated
from allay_metrics.records import migrate, open_engine, open_practice
from allay_metrics.records.tables import family, family_contact
from tests.support.asked import in_care, seen
from tests.support.exports import ZONE

TODAY = datetime.now(ZONE).date()
ROWS = (
    seen("1", 7, "Mia & Leo"),
    seen("2", 7, "Ida", who="Bea Moss"),
    seen("3", 7, "Kim & Kai", who="Cy Nox"),
    seen("4", 7, "Uma", who="Di Poe"),
)


def _older(scope):
    """Take the records back to 0015, as an older version left them."""
    engine, settings = open_engine(scope.database_url), Config()
    settings.set_main_option("script_location", str(migrate._SCRIPTS))
    with engine.begin() as conn:
        settings.attributes["connection"] = conn
        command.downgrade(settings, "0015")
    return engine, settings


def _upgrade(url, engine, settings):
    """Bring the records forward and open them anew, as the newer version."""
    with engine.begin() as conn:
        settings.attributes["connection"] = conn
        command.upgrade(settings, "head")
        conn.execute(text("UPDATE practice SET derived_by = 0"))
        if (
            engine.dialect.name == "postgresql"
        ):  # rules of tables that were not there went with them
            conn.execute(text("UPDATE gate.held SET rules = ''"))
    engine.dispose()
    scope = open_practice(url)
    assert rederive_outdated(scope)
    return scope


def levels(scope):
    with scope.read() as conn:
        return dict(map(tuple, conn.execute(select(family.c.name, family.c.contact))))


@pytest.fixture
def older(desk):
    """Mia and Leo died, one after the other, and Ida, Kim and Uma; records of an older version."""
    clients = in_care(desk, *ROWS)
    scope = desk.scope
    for name in ("Mia", "Leo", "Ida", "Kim", "Uma"):
        save_death(scope, clients[name], TODAY - timedelta(days=1))
    engine, settings = _older(scope)
    at = {name: 1_000 + 10 * place for place, name in enumerate(clients)}
    with engine.begin() as conn:
        for name, id_ in clients.items():
            when = {"at": at[name], "id": id_}
            conn.execute(text("UPDATE care_closed SET closed_at=:at WHERE client_id=:id"), when)

        def say(surname, *, level, reason, when):
            conn.execute(
                text(
                    "UPDATE family_contact SET level = :level, reason = :reason, set_at = :at "
                    "WHERE booking_id IN (SELECT booking.id FROM booking JOIN family "
                    "ON family.id = booking.family_id WHERE family.name = :name)"
                ),
                {"level": level, "reason": reason, "at": when, "name": surname},
            )

        say("Lee", level="none", reason="bereaved", when=at["Leo"])
        say("Moss", level="none", reason="asked", when=at["Ida"] + 5)
        # Whoever kept Kim's death chose yes, and Uma's practical.
        say("Poe", level="practical", reason="bereaved", when=at["Uma"])
        conn.execute(
            text(
                "DELETE FROM family_contact WHERE booking_id IN (SELECT booking.id FROM booking "
                "JOIN family ON family.id = booking.family_id WHERE family.name = 'Nox')"
            )
        )
    scope = _upgrade(scope.database_url, engine, settings)
    yield scope, clients
    scope.close()


def test_each_death_asks_for_what_stood_or_what_is_usual(older):
    # Of Kim's family nothing is said, and Kai is in care.
    asked = {"Lee": "none", "Moss": "none", "Nox": "practical", "Poe": "practical"}
    assert levels(older[0]) == asked


def test_a_death_taken_back_leaves_what_the_other_asks_for_and_what_a_person_said(older):
    scope, clients = older
    for name in ("Leo", "Ida", "Uma"):
        revoke_mistaken_death(scope, clients[name])
    assert levels(scope) == {"Lee": "none", "Moss": "none", "Nox": "practical", "Poe": "yes"}
    revoke_mistaken_death(scope, clients["Mia"])
    assert levels(scope)["Lee"] == "yes"


def test_a_persons_word_on_such_records_takes_the_place_of_all_of_it(older):
    scope, _ = older
    with scope.read() as conn:
        lee = conn.execute(select(family.c.id).where(family.c.name == "Lee")).scalar_one()
    set_contact(scope, lee, "yes")
    assert levels(scope)["Lee"] == "yes"
    with scope.read() as conn:
        deaths = select(family_contact.c.death).where(family_contact.c.death != "")
        assert len(set(conn.execute(deaths).scalars())) == 3
