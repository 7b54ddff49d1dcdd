"""Invented families and their births, the reason for each of their visits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from allay_metrics.demo.demo_cities import CITIES, STREETS
from allay_metrics.demo.invented_names import BABIES, FAMILY_NAMES, PARENTS, PARTNERS, ascii_part
from allay_metrics.demo.phones import fictional_numbers

Ints = npt.NDArray[np.int64]

REFERRALS: tuple[str, ...] = (
    "Pediatrician", "Midwife or doula", "Friend", "Google search", "Hospital class",
    "Instagram", "",
)  # fmt: skip
REFERRAL_SHARES = (0.27, 0.21, 0.20, 0.13, 0.08, 0.06, 0.05)
RETURNING = "Returning family"

NO_TWINS, TWINS_IN_TWO_ROWS, TWINS_IN_ONE_ROW = range(3)
TWIN_SHARES = (0.945, 0.028, 0.027)
SECOND_CHILD_SHARE = 0.11


@dataclass(frozen=True)
class DemoFamilies:
    """One entry per family: indices into the lists of names, and contact data."""

    first: Ints
    last: Ints
    partner: Ints
    has_email: npt.NDArray[np.bool_]
    has_phone: npt.NDArray[np.bool_]
    referral: Ints

    def __len__(self) -> int:
        return len(self.first)

    @cached_property
    def emails(self) -> list[str]:
        """Return each family's e-mail, all different; '' where it has none."""
        first = [ascii_part(name) for name in PARENTS]
        last = [ascii_part(name) for name in FAMILY_NAMES]
        texts = []
        for given_name, surname, again, has in zip(
            self.first.tolist(), self.last.tolist(), self._namesakes.tolist(),
            self.has_email.tolist(), strict=True,
        ):  # fmt: skip
            texts.append(
                f"{first[given_name]}.{last[surname]}{again or ''}@example.com" if has else ""
            )
        return texts

    @cached_property
    def phones(self) -> list[str]:
        """Return each family's ten digits; '' where it has none.

        Families without e-mail are identified by their phone, so they get theirs first: fictional
        numbers are few, and only a very large demo uses one twice.
        """
        pool = fictional_numbers()
        order = np.argsort(self.has_email, kind="stable")
        texts = [""] * len(self)
        for rank, family in enumerate(order.tolist()):
            texts[family] = pool[rank % len(pool)]
        return [text if has else "" for text, has in zip(texts, self.has_phone, strict=True)]

    @cached_property
    def _namesakes(self) -> Ints:
        """Return how many families before this one have the same name."""
        name = self.first * len(FAMILY_NAMES) + self.last
        order = np.argsort(name, kind="stable")
        return number_within_runs(name[order])[np.argsort(order, kind="stable")]


@dataclass(frozen=True)
class Births:
    """One entry per birth: family, ordinal day, and address at that time."""

    family: Ints
    day: Ints
    twins: Ints
    city: Ints
    zip_number: Ints
    house: Ints
    street: Ints
    baby: Ints
    second_baby: Ints
    is_second_child: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.family)


def number_within_runs(sorted_keys: Ints) -> Ints:
    """Return 0, 1, 2, ... within each run of equal keys."""
    index = np.arange(len(sorted_keys), dtype=np.int64)
    starts = np.r_[True, sorted_keys[1:] != sorted_keys[:-1]][: len(sorted_keys)]
    return index - np.maximum.accumulate(np.where(starts, index, 0))


def invent_families(count: int, rng: np.random.Generator) -> DemoFamilies:
    """Return `count` invented families."""
    has_email = rng.random(count) > 0.06
    return DemoFamilies(
        first=rng.integers(len(PARENTS), size=count),
        last=rng.integers(len(FAMILY_NAMES), size=count),
        partner=rng.integers(len(PARTNERS), size=count),
        has_email=has_email,
        has_phone=rng.random(count) > np.where(has_email, 0.08, 0.10),
        referral=rng.choice(len(REFERRALS), size=count, p=REFERRAL_SHARES),
    )


def invent_births(
    families: int, first_day: int, last_day: int, growth: float, rng: np.random.Generator
) -> Births:
    """Return one birth per family between the days, `growth` times as dense at the end, and
    second children one to two years later for a share of the families.
    """
    share = rng.random(families)
    # The inverse of the cumulated exponential growth: early days are rarer than late ones.
    place = np.log1p(share * (growth - 1)) / np.log(growth)
    day = first_day + (place * (last_day - first_day)).astype(np.int64)
    first = _draw_births(np.arange(families), day, rng)
    chosen = np.flatnonzero(rng.random(families) < SECOND_CHILD_SHARE)
    return _join(first, _draw_second_children(first, chosen, last_day, rng))


def _draw_births(family: Ints, day: Ints, rng: np.random.Generator) -> Births:
    """Return births of those families on those days, with home and names drawn anew."""
    count = len(family)
    weights = np.array([city.weight for city in CITIES])
    zips = np.array([len(city.zips) for city in CITIES])
    city = rng.choice(len(CITIES), size=count, p=weights / weights.sum())
    baby = rng.integers(len(BABIES), size=count)
    return Births(
        family=family,
        day=day,
        twins=rng.choice(3, size=count, p=TWIN_SHARES),
        city=city,
        zip_number=rng.integers(1 << 20, size=count) % zips[city],
        house=rng.integers(11, 2890, size=count),
        street=rng.integers(len(STREETS), size=count),
        baby=baby,
        second_baby=(baby + rng.integers(1, len(BABIES), size=count)) % len(BABIES),
        is_second_child=np.zeros(count, dtype=np.bool_),
    )


def _draw_second_children(
    first: Births, chosen: Ints, last_day: int, rng: np.random.Generator
) -> Births:
    """Return the later births of the chosen families; most have the same address."""
    later = first.day[chosen] + rng.integers(400, 800, size=len(chosen))
    chosen, later = chosen[later <= last_day], later[later <= last_day]
    anew = _draw_births(first.family[chosen], later, rng)
    stayed = rng.random(len(chosen)) < 0.85
    return Births(
        family=anew.family,
        day=anew.day,
        twins=np.zeros(len(chosen), dtype=np.int64),
        city=np.where(stayed, first.city[chosen], anew.city),
        zip_number=np.where(stayed, first.zip_number[chosen], anew.zip_number),
        house=np.where(stayed, first.house[chosen], anew.house),
        street=np.where(stayed, first.street[chosen], anew.street),
        baby=anew.baby,
        second_baby=anew.second_baby,
        is_second_child=np.ones(len(chosen), dtype=np.bool_),
    )


def _join(births: Births, others: Births) -> Births:
    """Return the births of both."""
    fields = Births.__dataclass_fields__
    return Births(
        **{name: np.concatenate([getattr(births, name), getattr(others, name)]) for name in fields}
    )
