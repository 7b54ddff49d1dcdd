"""Keys that are the same in every run: a test that fails once fails again.

What is fixed is where `new_key` takes its random bits from. Each test, and each fixture that
outlives one, draws from a seed made of its name, so no order of tests changes a key, and two keys
are alike no sooner than with real ones: a key used twice is still found. Tokens, codes, salts and
passwords stay random, and so do keys made in other processes.

`ALLAY_TEST_SEED` gives all of them other keys: what holds for one seed only is luck.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from uuid import UUID

from allay_metrics.records import keys

SEED = os.environ.get("ALLAY_TEST_SEED", "0")
_chance = Random()


def fix_keys() -> None:
    """From now on let keys of this process be drawn from the test or fixture that is running."""
    keys.uuid4 = lambda: UUID(int=_chance.getrandbits(128), version=4)
    # A child would go on with its parent's keys, and two children would make the same.
    os.register_at_fork(after_in_child=_chance.seed)


@contextmanager
def keys_of(name: str) -> Iterator[None]:
    """Draw keys from a seed of this name; afterwards go on as before."""
    before = _chance.getstate()
    _chance.seed(f"{SEED} {name}")
    try:
        yield
    finally:
        _chance.setstate(before)
