"""The tables of the domain. Every key starts with the practice; every column says what it holds."""

from allay_metrics.records.tables.accounts import device, login_session, person, recovery_code
from allay_metrics.records.tables.audit import audit
from allay_metrics.records.tables.base import metadata
from allay_metrics.records.tables.care import (
    care_closed,
    client_note,
    client_tag,
    contact_match,
    family_contact,
)
from allay_metrics.records.tables.check_ins import (
    answer,
    check_in,
    check_in_row,
    client_detail,
    outbox,
    own_measure,
    red_flag,
    safety_protocol,
)
from allay_metrics.records.tables.choices import (
    city_alias,
    client_before_link,
    drive_pair,
    family_link,
    offered_hours,
    own_profile,
    type_name,
    type_word,
)
from allay_metrics.records.tables.decisions import (
    correction,
    goal,
    setting,
    week_note,
    week_snapshot,
)
from allay_metrics.records.tables.erased_families import erased
from allay_metrics.records.tables.imports import (
    booking,
    coverage,
    import_,
    import_group,
    import_row,
    set_aside,
)
from allay_metrics.records.tables.people import city, client, episode, family, practice, therapist
from allay_metrics.records.tables.visits import daily, daily_city, visit, visit_client, weekly

__all__ = [
    "answer",
    "audit",
    "booking",
    "care_closed",
    "check_in",
    "check_in_row",
    "city",
    "city_alias",
    "client",
    "client_before_link",
    "client_detail",
    "client_note",
    "client_tag",
    "contact_match",
    "correction",
    "coverage",
    "daily",
    "daily_city",
    "device",
    "drive_pair",
    "episode",
    "erased",
    "family",
    "family_contact",
    "family_link",
    "goal",
    "import_",
    "import_group",
    "import_row",
    "login_session",
    "metadata",
    "offered_hours",
    "outbox",
    "own_measure",
    "own_profile",
    "person",
    "practice",
    "recovery_code",
    "red_flag",
    "safety_protocol",
    "set_aside",
    "setting",
    "therapist",
    "type_name",
    "type_word",
    "visit",
    "visit_client",
    "week_note",
    "week_snapshot",
    "weekly",
]
