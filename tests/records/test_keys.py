"""Keys are UUIDs made of what they name."""

from uuid import UUID, uuid4, uuid5

from hypothesis import given
from hypothesis import strategies as st

from allay_metrics.records import keys
from tests.support.fixed_keys import keys_of

WORDS = st.text(st.characters(exclude_categories=("Cs",)))


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_a_key_is_the_uuid5_of_its_parts(parts):
    assert keys.key_of(*parts) == str(uuid5(keys._ALLAY, "\x1f".join(parts)))


def test_keys_tell_their_parts_apart():
    assert keys.key_of("a", "bc") != keys.key_of("ab", "c")
    assert keys.key_of("a", "") != keys.key_of("a")


def test_a_new_key_is_a_uuid_of_its_own(monkeypatch):
    monkeypatch.setattr(keys, "uuid4", uuid4)  # not those fixed for tests
    made = {keys.new_key() for _ in range(100)}
    assert len(made) == 100
    assert all(str(UUID(key)) == key for key in made)


def test_a_test_has_the_same_keys_in_every_run_and_each_key_once():
    with keys_of("a test"):
        first = [keys.new_key() for _ in range(100)]
        with keys_of("a fixture it asks for"):
            others = [keys.new_key() for _ in range(100)]
        first += [keys.new_key()]
    with keys_of("a test"):
        assert [keys.new_key() for _ in range(101)] == first
    assert len({*first, *others}) == 201
