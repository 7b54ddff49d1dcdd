"""Which rows and columns of every table each role may read and write, as data.

views_sqlite.py and rules_postgres.py turn it into the database's own rules. The owner reads and
writes everything of her practice and of no other; nobody else sees what is not listed here.

Conditions are SQL for both engines. `{practice}`, `{therapist}`, `{family}` and `{link}` are values
of the scope, the other names in braces the sets of ids below.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Table

from allay_metrics.records.column_types import Cents
from allay_metrics.records.states import State
from allay_metrics.records.tables import metadata

Role = Literal["owner", "therapist", "form", "door"]
Act = Literal["insert", "update", "delete"]

_ALL_ACTS: tuple[Act, ...] = ("insert", "update", "delete")

# A visit in one of these states adds no family to a therapist's caseload. A missing one does: an
# export without a visit is no decision, and a wrong one would hide the family's warning signs.
NEVER_MET = (State.CANCELLED, State.LATE_CANCELLED, State.PRACTICE_CANCELLED, State.RESCHEDULED)
_OFF = "(" + ", ".join(f"'{state}'" for state in NEVER_MET) + ")"

# Sets of ids used in conditions; {} is the prefix of base tables.
SETS: dict[str, str] = {
    "families": (
        "SELECT family_id FROM {base}visit WHERE practice_id = {practice} "  # noqa: S608 - ours
        "AND therapist_id = {therapist} AND state NOT IN " + _OFF
    ),
    "clients": (
        "SELECT id FROM {base}client WHERE practice_id = {practice} AND family_id IN ({families})"
    ),
    "check_ins": (
        "SELECT id FROM {base}check_in WHERE practice_id = {practice} AND client_id IN ({clients})"
    ),
    "clients_written": (
        "SELECT id FROM {base}client WHERE practice_id = {practice} AND family_id = {family}"
    ),
    "check_ins_written": (
        "SELECT id FROM {base}check_in WHERE practice_id = {practice} "
        "AND client_id IN ({clients_written})"
    ),
    "bookings": (
        "SELECT id FROM {base}booking WHERE practice_id = {practice} AND family_id IN ({families})"
    ),
    "bookings_written": (
        "SELECT id FROM {base}booking WHERE practice_id = {practice} AND family_id = {family}"
    ),
    "asked": (
        "SELECT id FROM {base}check_in WHERE practice_id = {practice} AND token_hash = {link}"
    ),
    "asked_client": (
        "SELECT client_id FROM {base}check_in WHERE practice_id = {practice} "
        "AND token_hash = {link}"
    ),
    "asked_family": (
        "SELECT family_id FROM {base}client WHERE practice_id = {practice} "
        "AND id IN ({asked_client})"
    ),
}


@dataclass(frozen=True)
class TablePolicy:
    """What a role may read and write of a table.

    `rows` is the condition of readable rows within the practice; `columns` are the readable
    columns, None for all without money. `acts` are allowed on rows that satisfy `written`.
    """

    rows: str = "TRUE"
    columns: tuple[str, ...] | None = None
    acts: frozenset[Act] = field(default_factory=frozenset)
    written: str = "FALSE"

    @property
    def is_whole(self) -> bool:
        """Return whether every row of the practice may be read and written."""
        return self.rows == self.written == "TRUE" and len(self.acts) == len(_ALL_ACTS)

    def readable(self, table: Table) -> tuple[str, ...]:
        """Return the names of the readable columns, in the table's order."""
        return tuple(
            column.name
            for column in table.columns
            if (column.name in self.columns if self.columns else not is_money(table, column.name))
        )


def is_money(table: Table, column: str) -> bool:
    """Return whether a column holds cents."""
    return isinstance(table.c[column].type, Cents)


# Of the practice: what every page shows. Of its imports: how old the records are.
_PRACTICE = TablePolicy(
    columns=("practice_id", "name", "timezone", "is_demo", "derived_by", "version"),
)
_IMPORTS = TablePolicy(
    columns=(
        *("practice_id", "id", "sequence", "source", "holds", "as_of"),
        *("covers_from", "covers_to", "imported_at", "undone_at"),
    )
)
_EVERYTHING = TablePolicy()
_OF_THERAPIST = TablePolicy("therapist_id = {therapist}")
_FAMILIES = "family_id IN ({families})"
_CLIENTS = "client_id IN ({clients})"
_CHECK_INS = "check_in_id IN ({check_ins})"
_OF_LINK = "check_in_id IN ({asked})"


def _build_note_policy(*acts: Act) -> TablePolicy:
    """Return the policy of records about clients: a therapist reads hers, writes one family's."""
    return TablePolicy(_CLIENTS, None, frozenset(acts), "client_id IN ({clients_written})")


# Her caseload: families with a visit of hers that was not called off, colleagues' visits of those
# families, too, and her own visits and hours. No imports, no rows set aside, no overrides.
_THERAPIST: dict[str, TablePolicy] = {
    "practice": _PRACTICE,
    "import": _IMPORTS,
    # What every page needs, and tables without data of families.
    "therapist": _EVERYTHING,
    "city": _EVERYTHING,
    "coverage": _EVERYTHING,
    "drive_pair": _EVERYTHING,
    "own_measure": _EVERYTHING,
    "safety_protocol": _EVERYTHING,
    "family": TablePolicy("id IN ({families})"),
    "client": TablePolicy(_FAMILIES),
    "booking": TablePolicy(
        _FAMILIES,
        # `extra` has all other columns of a file, payments among them.
        tuple(
            column.name
            for column in metadata.tables["booking"].columns
            if column.name not in ("extra", "row_hash", "price_cents")
        ),
    ),
    "visit": TablePolicy(f"(therapist_id = {{therapist}} OR {_FAMILIES})"),
    "visit_client": TablePolicy(_CLIENTS),
    "episode": TablePolicy(_CLIENTS),
    "daily": _OF_THERAPIST,
    "weekly": _OF_THERAPIST,
    "offered_hours": _OF_THERAPIST,
    "client_detail": TablePolicy(_CLIENTS),
    "client_note": _build_note_policy("insert", "update"),
    "client_tag": _build_note_policy("insert", "delete"),
    "care_closed": _build_note_policy("insert", "delete"),
    "family_contact": TablePolicy(
        "booking_id IN ({bookings})",
        None,
        frozenset({"insert", "delete"}),
        "booking_id IN ({bookings_written})",
    ),
    "check_in": _build_note_policy("insert", "update"),
    "answer": TablePolicy(_CHECK_INS),
    "red_flag": TablePolicy(
        _CHECK_INS, None, frozenset({"update"}), "check_in_id IN ({check_ins_written})"
    ),
    # Whether somebody was mailed about a sign, and why not; not who.
    "outbox": TablePolicy(
        _CHECK_INS,
        tuple(
            column.name
            for column in metadata.tables["outbox"].columns
            if column.name not in ("recipient", "claimed_by")
        ),
    ),
}

# One link: its check-in, the answers in it, and the first names of the family's clients.
_FORM: dict[str, TablePolicy] = {
    "practice": _PRACTICE,
    "import": _IMPORTS,
    "own_measure": _EVERYTHING,
    # Whether check-ins are on, and the reading hours; not the reader.
    "safety_protocol": TablePolicy(
        columns=(
            *("practice_id", "signed_at", "ended_at"),
            *("read_days", "read_from", "read_until", "version"),
        )
    ),
    "check_in": TablePolicy(
        "token_hash = {link}", None, frozenset({"update"}), "token_hash = {link}"
    ),
    "client": TablePolicy(
        "family_id IN ({asked_family})",
        ("practice_id", "id", "family_id", "name", "kind", "born_on", "version"),
    ),
    "client_detail": TablePolicy(
        "client_id IN ({asked_client})",
        None,
        frozenset({"insert", "update"}),
        "client_id IN ({asked_client})",
    ),
    "answer": TablePolicy(_OF_LINK, None, frozenset(_ALL_ACTS), _OF_LINK),
    "red_flag": TablePolicy(_OF_LINK, None, frozenset({"insert"}), _OF_LINK),
}

_ACCOUNTS = TablePolicy("TRUE", None, frozenset(_ALL_ACTS), "TRUE")

# The sign-in routes: accounts and sessions, nothing of families.
_DOOR: dict[str, TablePolicy] = {
    "practice": _PRACTICE,
    "person": _ACCOUNTS,
    "recovery_code": _ACCOUNTS,
    "device": _ACCOUNTS,
    "login_session": _ACCOUNTS,
}

POLICIES: Mapping[Role, Mapping[str, TablePolicy]] = {
    "owner": {
        name: TablePolicy("TRUE", tuple(table.c.keys()), frozenset(_ALL_ACTS), "TRUE")
        for name, table in metadata.tables.items()
    },
    "therapist": _THERAPIST,
    "form": _FORM,
    "door": _DOOR,
}

# The sentence for every refusal, on both engines.
REFUSED = "That is not yours to see or to change."

# For the owner only, each with the reason.
OWNERS: dict[str, str] = {
    "audit": "tells who read and did what",
    "check_in_row": "tells of files of answers",
    "city_alias": "how sources are read is the owner's choice",
    "client_before_link": "tells which clients the owner made one",
    "contact_match": "tells by what families are known, those gone among them",
    "correction": "the owner's word over a source",
    "daily_city": "tells no therapist: sums of the whole practice",
    "erased": "tells which families asked to be erased",
    "family_link": "names families",
    "goal": "what the owner aims for",
    "import_group": "tells what files hold",
    "import_row": "tells of files, and what rows said before",
    "own_profile": "how sources are read is the owner's choice",
    "set_aside": "holds rows as they stood in a file, of any family",
    "setting": "the owner's choices",
    "type_name": "how sources are read is the owner's choice",
    "type_word": "how sources are read is the owner's choice",
    "week_note": "the owner's words",
    "week_snapshot": "numbers of the whole practice, money among them",
}

# Tables of the database that no viewer may read, each with the reason.
UNSCOPED_TABLES: dict[str, str] = {
    "alembic_version": "tells the schema's revision; read before a scope"
}

# Steps that run as the practice itself within an act of a therapist or a parent: few, named, and
# the only exception to the policies above.
Step = Literal[
    "count the write", "derive", "keep up", "let go", "form", "opt out", "trail", "who is told"
]  # fmt: skip
STEPS: dict[Step, str] = {
    "count the write": "the practice's version grows, and the act has its line in the audit trail",
    "trail": "a line of the audit trail about something that was read",
    "derive": "visits, days and roll-ups follow from what was written in one family",
    "keep up": "all is derived anew where the rules changed since, whoever opens the records",
    "let go": "what is older than it is kept goes, whoever opens the records or takes a file in",
    "form": "which concern a parent's form asks about, and whether birth was asked before",
    "who is told": "whether somebody who can open a sign was told of it; addresses stay inside",
    "opt out": "a family's other forms end with the one in which it asks not to be asked again",
}


def substitute_scope(condition: str, base: str, scope_sql: Mapping[str, str]) -> str:
    """Return a condition with its sets of ids and scope values substituted.

    `base` is the prefix of base tables, `scope_sql` the SQL of the scope's values by name.
    """
    for _ in range(len(SETS)):
        for name, ids in SETS.items():
            condition = condition.replace(f"{{{name}}}", ids)
    for name, sql in {**scope_sql, "base": base}.items():
        condition = condition.replace(f"{{{name}}}", sql)
    return condition
