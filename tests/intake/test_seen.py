"""Repeated keys, compared with a plain dictionary."""

from hypothesis import given
from hypothesis import strategies as st

from allay_metrics.intake.seen_keys import SeenKeys


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=8), max_size=6))
def test_repeats_are_found_with_the_row_of_the_first(chunks):
    seen_keys, first_rows, row = SeenKeys(), {}, 0
    for keys in chunks:
        rows = list(range(row + 1, row + len(keys) + 1))
        row += len(keys)
        expected = {}
        for position, (key, number) in enumerate(zip(keys, rows, strict=True)):
            if first_rows.setdefault(key, number) != number:
                expected[position] = first_rows[key]
        assert seen_keys.earlier_rows(keys, rows) == expected
