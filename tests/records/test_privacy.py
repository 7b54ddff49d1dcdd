"""Names hidden: masked as they leave the database, and nothing is written meanwhile."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import Text, func, select, union_all

from allay_metrics.errors import NotAllowed
from allay_metrics.records import OWNER, name_masking
from allay_metrics.records.tables import booking, family, metadata, practice
from tests.support.practices import START, Invented, booked, put_on_file

# Columns with such a name that tell of nobody in care: staff, accounts, and words of the practice.
TELL_OF_NO_FAMILY = {
    "booking.city_text", "booking.type_text", "city.name", "correction.value", "import.file_name",
    "import_group.value",
    "own_profile.name", "person.email", "person.name", "practice.name", "safety_protocol.text",
    "safety_protocol.reader_email", "safety_protocol.stand_in_email",
    "set_aside.column_name", "setting.name", "setting.value", "therapist.email", "therapist.name",
    "type_name.name",
}  # fmt: skip
SAY_WHO = ("name", "email", "phone", "address", "notes", "text", "value", "raw", "match_key")


@pytest.fixture
def hidden(scope):
    put_on_file(Invented([booked("Ada Moss", START)]), scope)
    return replace(scope, viewer=replace(OWNER, hides_names=True))


def test_names_come_out_as_initials_however_they_are_asked_for(hidden):
    ours = family.c.practice_id == hidden.practice_id
    renamed = family.alias("f")
    asked = [
        select(family.c.name).where(ours),
        select(renamed.c.name),
        select(func.min(family.c.name)),
        union_all(select(family.c.name), select(family.c.name)),
        select(select(family.c.name).where(ours).cte("c").c.name),
    ]
    with hidden.read() as conn:
        for statement in asked:
            assert set(conn.execute(statement).scalars()) == {"M."}, statement


def test_contacts_are_none_and_keys_are_told_apart(hidden, scope):
    with scope.read() as conn:
        told = conn.execute(select(family.c.name, family.c.match_key)).one()
        assert "." not in told.name
    with hidden.read() as conn:
        row = conn.execute(select(booking.c.email, booking.c.phone, booking.c.address)).first()
        masked = conn.execute(select(family.c.match_key)).scalar_one()
    assert set(row) == {None}
    assert masked not in (told.match_key, "", None)


def test_nothing_is_written_while_names_are_hidden(hidden, scope):
    before = scope.data_version()
    with pytest.raises(NotAllowed, match="show them again"), hidden.write("set goals"):
        pass
    assert scope.data_version() == before
    with hidden.recording():
        pass  # a line of the audit trail changes no record


def test_nobody_else_is_touched_by_it(hidden, scope):
    with hidden.read(), scope.read() as conn:
        assert "." not in conn.execute(select(family.c.name)).scalars().first()
    with scope.read() as conn:
        assert conn.execute(select(practice.c.name)).scalars().first()


def test_json_keeps_its_shape():
    row = json.dumps({"client_name": "Ada", "extra": '{"a": "Ada"}', "minutes": 60, "city": "X"})
    assert json.loads(name_masking.PreviousValuesJson.mask(row)) == {
        "client_name": "hidden",
        "extra": "{}",
        "minutes": 60,
        "city": "X",
    }
    assert json.loads(name_masking.RawRowJson.mask('{"First": "Ada", "Empty": ""}')) == {
        "First": "hidden"
    }


def test_every_column_that_may_say_who_somebody_is_has_a_type_that_hides_it():
    plain = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Text)
        and any(column.name == word or column.name.endswith(f"_{word}") for word in SAY_WHO)
    }
    assert plain - TELL_OF_NO_FAMILY == set()
