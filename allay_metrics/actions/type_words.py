"""The keywords of visit types: the practice's own take precedence over the built-in ones."""

from allay_metrics.actions.overrides import OverrideChange, OverrideRow, save_overrides
from allay_metrics.derive.override_rules import SILENT
from allay_metrics.derive.visit_type import DECIDES, VISIT_TYPES, service_name
from allay_metrics.errors import ConfigProblem, choose_from
from allay_metrics.records import Scope
from allay_metrics.records.tables import type_word


def set_word(
    scope: Scope,
    word: str,
    visit_type: str,
    decides: str = "always",
    *,
    version: int | None = None,
) -> OverrideChange:
    """Set the visit type of a keyword or phrase, for past visits as well; `none` disables it.

    `decides` is `always`, `unless_cst` or `alone`. `version` is the one that was read, 0 for a new
    keyword. Raises ConfigProblem, or Conflict when it was changed meanwhile.
    """
    spelt = service_name(word)
    if not any(letter.isalnum() for letter in spelt):
        raise ConfigProblem("A keyword for a visit type must contain letters.")
    if visit_type not in (*VISIT_TYPES, SILENT):
        raise ConfigProblem(choose_from("visit type", visit_type, (*VISIT_TYPES, SILENT)))
    if decides not in DECIDES:
        raise ConfigProblem(choose_from("rule", decides, DECIDES))
    values = {"visit_type": visit_type, "decides": decides}
    return save_overrides(scope, "choose words", [_build_row(spelt, values, version)])


def drop_word(scope: Scope, word: str, *, version: int | None = None) -> OverrideChange:
    """Delete one of the practice's own keywords; a built-in meaning applies again."""
    return save_overrides(scope, "choose words", [_build_row(service_name(word), None, version)])


def _build_row(word: str, values: dict[str, str] | None, version: int | None) -> OverrideRow:
    return OverrideRow(type_word, {"word": word}, values, f"The word '{word}'", version)
