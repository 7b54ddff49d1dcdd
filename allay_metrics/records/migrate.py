"""Migrates a database to the newest schema."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from allay_metrics.errors import ConfigProblem, RecordsDamaged
from allay_metrics.records.damage import build_damage_error
from allay_metrics.records.engine import describe_place, lock_opening
from allay_metrics.records.files import has_lost_commits
from allay_metrics.records.tables import metadata

_SCRIPTS = Path(__file__).parent / "migrations"
# The last schema before version 1.0, and its columns that were renamed since.
OLDER_REVISION = "0018"
RENAMED_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "booking": {"held_by": "current_import_id", "absent_by": "missing_from_import_id"},
    "check_in": {
        "told_at": "advice_read_at",
        "said": "respondent_details",
        "said_name": "respondent_name",
        "said_email": "respondent_email",
    },
    "daily": {"told_1": "booked_ahead_1w", "told_2": "booked_ahead_2w"},
    "daily_city": {"told_1": "booked_ahead_1w", "told_2": "booked_ahead_2w"},
    "import": {"covers_was": "covers_before", "covers_told": "covers_stated"},
    "own_measure": {"told": "definition"},
    "visit": {"told_1": "booked_ahead_1w", "told_2": "booked_ahead_2w"},
}
_FIRST_REVISION = "1000"


def find_newest_revision() -> str:
    """Return the newest revision shipped; files are numbered in order."""
    return max(list_revisions())


def list_revisions() -> set[str]:
    """Return every revision shipped."""
    return {path.name.split("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py")}


def upgrade(engine: Engine) -> None:
    """Run the migrations the database has not had yet, all or none of each.

    Raises ConfigProblem when the database cannot be opened, or is of a newer version of this
    software or of one before 1.0; RecordsDamaged when its tables are not those of any version.
    """
    place = describe_place(engine)
    tables, revision = _read_schema_state(engine)
    if find_schema_damage(place, tables, revision) is not None:
        # Another process may be creating it: only a fault that persists is damage.
        tables, revision = _read_schema_state(engine)
        if (damage := find_schema_damage(place, tables, revision)) is not None:
            raise damage
    if revision == find_newest_revision():
        return
    if is_newer(revision):
        raise ConfigProblem(
            f"The database is at schema {revision}, newer than this software knows "
            f"({find_newest_revision()}): install the newer version, or put a backup of this "
            f"version {_restore_hint(place)}."
        )
    if is_older(revision):
        raise ConfigProblem(
            f"The records at {place} were made by an earlier version (schema {revision}): "
            f"{_bring_over_hint(place, revision)}."
        )
    # Alembic is needed and imported only when there is something to migrate.
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_SCRIPTS))
    with lock_opening(engine) as conn:
        settings.attributes["connection"] = conn
        command.upgrade(settings, "head")


def _restore_hint(place: Path | str) -> str:
    if isinstance(place, Path):
        return "in its place by `restore FILE --replace`"
    return "into an empty one by `restore FILE --database URL`"


def _bring_over_hint(place: Path | str, revision: str | None) -> str:
    """Return how records of a version before 1.0 are brought over, as a clause."""
    if revision != OLDER_REVISION:
        return "open them with the last version before 1.0 once, and make a backup with it"
    if isinstance(place, Path):
        return (
            "write them to a file with `backup FILE`, then bring them over with "
            "`restore FILE --replace`"
        )
    return (
        "make a backup with that version, then bring it into an empty database with "
        "`restore FILE --database URL`"
    )


def bring_over(engine: Engine) -> None:
    """Rename the columns of an SQLite file at OLDER_REVISION to their current names.

    Nothing else differs between that schema and the first one of version 1.0.
    """
    with engine.begin() as conn:
        for table, columns in RENAMED_COLUMNS.items():
            for older, newer in columns.items():
                conn.execute(text(f'ALTER TABLE "{table}" RENAME COLUMN "{older}" TO "{newer}"'))
        conn.execute(
            text("UPDATE alembic_version SET version_num = :first"), {"first": _FIRST_REVISION}
        )


def is_older(revision: str | None) -> bool:
    """Return whether a revision is of a version of this software before 1.0."""
    return revision is not None and revision.isdecimal() and revision < _FIRST_REVISION


def is_newer(revision: str | None) -> bool:
    """Return whether a revision is of a newer version of this software."""
    return revision is not None and revision.isdecimal() and revision > find_newest_revision()


def find_schema_damage(
    place: Path | str, tables: set[str], revision: str | None
) -> RecordsDamaged | None:
    """Return the damage of a database with these tables at this revision; None without damage.

    A database without tables is a new one, unless its log shows that there were some. A server's
    database may contain tables of others.
    """
    ours = tables & metadata.tables.keys()
    if revision is None and ours:
        return build_damage_error(
            place, "are damaged (nothing in them says which schema they have)"
        )
    shipped = list_revisions()
    if revision is not None and not _is_of_a_version(revision) and revision not in shipped:
        return build_damage_error(place, "are damaged (the version of their schema is none)")
    if revision == find_newest_revision() and (lacking := metadata.tables.keys() - tables):
        return build_damage_error(place, f"are damaged (there is no table {min(lacking)})")
    if revision is None and isinstance(place, Path):
        if tables - {"alembic_version"}:
            return build_damage_error(
                place, f"are none of this software (there is a table {min(tables)})"
            )
        if not tables and has_lost_commits(place):
            return build_damage_error(place, "are damaged (half of the log beside them is lost)")
    return None


def _is_of_a_version(revision: str) -> bool:
    return is_newer(revision) or is_older(revision)


def _read_schema_state(engine: Engine) -> tuple[set[str], str | None]:
    """Return the names of the database's tables and its revision, None for a new one."""
    try:
        with engine.connect() as conn:
            tables = set(inspect(conn).get_table_names())
            return tables, _read_revision(conn) if "alembic_version" in tables else None
    except DBAPIError as error:
        message = str(error.orig).splitlines()[0]
        url = engine.url.render_as_string(hide_password=True)
        raise ConfigProblem(f"The records at {url} cannot be opened: {message}.") from None


def _read_revision(conn: Connection) -> str | None:
    revision = conn.execute(text("SELECT version_num FROM alembic_version")).scalars().first()
    return None if revision is None else str(revision)
