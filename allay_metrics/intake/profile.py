"""Reads profiles from TOML: the shipped ones and those of a practice."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from allay_metrics.errors import FileProblem, choose_from
from allay_metrics.intake.rules import COVERAGE, FIELDS, HOLDS, MARKS, MarkRule, Profile
from allay_metrics.validation import validate

__all__ = [
    "COVERAGE",
    "FIELDS",
    "HOLDS",
    "MARKS",
    "SHIPPED",
    "MarkRule",
    "Profile",
    "find_occupancy_sources",
    "find_profile",
    "find_shipped_profile",
    "parse_toml",
    "read_profile",
    "read_profile_text",
    "shipped_profiles",
]

SHIPPED = Path(__file__).parent / "profiles"


@cache
def shipped_profiles() -> tuple[Profile, ...]:
    """Return the profiles that come with the product, the general `csv` last."""
    profiles = [read_profile(path) for path in sorted(SHIPPED.glob("*.toml"))]
    return tuple(sorted(profiles, key=lambda profile: (profile.name == "csv", profile.name)))


@cache
def find_occupancy_sources() -> frozenset[str]:
    """Return the names of the sources that hold busy times without families."""
    return frozenset(profile.name for profile in shipped_profiles() if profile.occupancy_only)


def find_shipped_profile(name: str) -> Profile:
    """Return the shipped profile of this name. Raises FileProblem that lists the names."""
    return find_profile(name, ())


def find_profile(name: str, own: Sequence[Profile]) -> Profile:
    """Return the profile of this name, one of `own` before a shipped one. Raises FileProblem."""
    by_name = {profile.name: profile for profile in (*shipped_profiles(), *own)}
    if name not in by_name:
        raise FileProblem(choose_from("source", name, by_name) + " A profile file can name others.")
    return by_name[name]


def read_profile(path: Path) -> Profile:
    """Return the checked profile. Raises FileProblem with the file, the key and the value."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileProblem(f"{path.name} cannot be opened: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        raise FileProblem(f"{path.name} is not a TOML profile: {error}.") from None
    return read_profile_text(path.name, text)


def read_profile_text(name: str, text: str) -> Profile:
    """Return the checked profile. Raises FileProblem, which calls the text `name`."""
    return validate(Profile, name, parse_toml(name, text), FileProblem)


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """Return the values of a profile's text, unchecked. Raises FileProblem if it is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileProblem(f"{name} is not a TOML profile: {error}.") from None
    except RecursionError:
        raise FileProblem(f"{name} is not a TOML profile: it is nested too deeply.") from None
