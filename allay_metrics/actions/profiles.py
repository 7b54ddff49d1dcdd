"""The practice's own profiles, for files that no shipped profile recognises."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from allay_metrics.actions.own_measure_changes import list_own_measures
from allay_metrics.errors import Conflict, FileProblem, NotFound
from allay_metrics.intake.profile import Profile, read_profile_text
from allay_metrics.intake.questionnaires import (
    Questionnaire,
    is_questionnaire,
    read_questionnaire,
)
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import own_profile

NEW = 0  # the version of a profile that does not exist yet


@dataclass(frozen=True)
class SavedProfile:
    """A stored profile: its text, and the version that a change must name."""

    name: str
    toml: str
    version: int


def read_own_profiles(scope: Scope) -> list[Profile]:
    """Return the practice's usable profiles of visits, sorted by name.

    A profile that this version refuses is left out; `read_saved_profiles` returns its text.
    """
    profiles = []
    for saved in read_saved_profiles(scope):
        try:
            profiles.append(read_profile_text(_file(saved.name), saved.toml))
        except FileProblem:
            continue
    return profiles


def read_own_questionnaires(scope: Scope) -> list[Questionnaire]:
    """Return the practice's usable profiles of parents' answers, sorted by name."""
    questionnaires, own = [], list_own_measures(scope)
    for saved in read_saved_profiles(scope):
        if is_questionnaire(saved.toml):
            try:
                questionnaires.append(read_questionnaire(_file(saved.name), saved.toml, own))
            except FileProblem:
                continue
    return questionnaires


def read_saved_profiles(scope: Scope) -> list[SavedProfile]:
    """Return every profile of the practice as text, by name."""
    columns = (own_profile.c.name, own_profile.c.toml, own_profile.c.version)
    statement = select(*columns).where(own_profile.c.practice_id == scope.practice_id)
    with scope.read() as conn:
        rows = conn.execute(statement.order_by(own_profile.c.name)).all()
    return [SavedProfile(*row) for row in rows]


def save_profile(scope: Scope, name: str, toml: str, version: int = NEW) -> SavedProfile:
    """Save a profile under its name, and return it with its new version.

    Raises FileProblem where the text is not a profile of that name, Conflict where it was changed
    since `version` was read.
    """
    if is_questionnaire(toml):
        says = read_questionnaire(_file(name), toml, list_own_measures(scope)).name
    else:
        says = read_profile_text(_file(name), toml).name
    if says != name:
        raise FileProblem(f"{_file(name)}, key name, value '{says}': it must be '{name}'.")
    is_profile = (own_profile.c.practice_id == scope.practice_id) & (own_profile.c.name == name)
    with scope.write("save how a file is read") as conn:
        there = conn.execute(select(own_profile.c.version).where(is_profile)).scalar_one_or_none()
        same = (
            conn.execute(select(own_profile.c.toml).where(is_profile)).scalar_one_or_none() == toml
        )
        if same and there is not None:
            return SavedProfile(name, toml, there)
        if (there or NEW) != version:
            raise Conflict(f"The profile {name} was changed meanwhile: reload it first.")
        values = {"toml": toml, "saved_at": now(), "version": version + 1}
        if there is None:
            key = {"practice_id": scope.practice_id, "name": name}
            conn.execute(insert(own_profile).values(**key, **values))
        else:
            conn.execute(update(own_profile).where(is_profile).values(**values))
    return SavedProfile(name, toml, version + 1)


def drop_profile(scope: Scope, name: str) -> None:
    """Delete a profile; records imported with it stay. Raises NotFound."""
    is_profile = (own_profile.c.practice_id == scope.practice_id) & (own_profile.c.name == name)
    with scope.write("forget how a file is read") as conn:
        if conn.execute(delete(own_profile).where(is_profile)).rowcount == 0:
            raise NotFound(f"There is no profile {name} of this practice.")


def _file(name: str) -> str:
    return f"{name}.toml"
