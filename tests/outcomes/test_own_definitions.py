"""The definition of a practice's own measure, read again from the records."""

import pytest

from allay_metrics.errors import ConfigProblem
from allay_metrics.outcomes.own_measures import read_own
from tests.support.own import ARCHING, MOOD

DEFINITION = ARCHING.definition()


@pytest.mark.parametrize("draft", [ARCHING, MOOD])
def test_a_definition_is_read_as_it_was_made(draft):
    own = read_own("own_it", draft.definition() | {"of a later version": "left alone"}, 3)
    assert (own.id, own.measure.label, own.version) == ("own_it", draft.label, 3)
    assert own.concerns == draft.concerns
    assert own.words["es"].question == draft.questions["es"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"min": "ten"}, "key min, value 'ten': a number is needed."),
        ({"max": "nan"}, "key max, value 'nan': a number is needed."),
        ({"label": " "}, "key label, value '': a text is needed."),
        ({"kind": "picture"}, "key kind, value 'picture': must be one of number, ordinal,"),
        ({"higher_is": ""}, "key higher_is, value '': must be one of better, worse."),
        ({"en_choices": "often|never"}, "key en_choices, value 'often|never': choices such as"),
        ({"unit": 3}, "key unit, value '3': a text is needed."),
    ],
)
def test_a_definition_that_cannot_be_used_names_measure_key_and_value(changed, says):
    with pytest.raises(ConfigProblem) as caught:
        read_own("own_arching", DEFINITION | changed)
    assert str(caught.value).startswith(f"The measure own_arching, {says}")


@pytest.mark.parametrize("key", sorted(DEFINITION.keys() - {"scale", "meaningful_change"}))
def test_every_column_that_is_read_is_needed(key):
    columns = {name: text for name, text in DEFINITION.items() if name != key}
    with pytest.raises(ConfigProblem, match=f"key {key}, value '': this key is needed."):
        read_own("own_arching", columns)
