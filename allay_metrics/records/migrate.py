"""Brings a database to the newest schema."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from allay_metrics.errors import ConfigProblem, RecordsDamaged
from allay_metrics.records.damage import build_damage_error
from allay_metrics.records.engine import describe_place, lock_opening
from allay_metrics.records.files import has_lost_commits
from allay_metrics.records.tables import metadata

_SCRIPTS = Path(__file__).parent / "migrations"


def find_newest_revision() -> str:
    """Return the newest revision shipped; files are numbered in order."""
    return max(list_revisions())


def list_revisions() -> set[str]:
    """Return every revision shipped."""
    return {path.name.split("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py")}


def upgrade(engine: Engine) -> None:
    """Run the migrations the database has not had yet, all or none of each.

    Raises ConfigProblem when the database cannot be opened, or is of a newer version of this
    software; RecordsDamaged when what stands there are not the tables of any version.
    """
    place = describe_place(engine)
    tables, revision = _read_schema_state(engine)
    if find_schema_damage(place, tables, revision) is not None:
        # Somebody else may have made it meanwhile: only what is so a second time is damage.
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
    # Alembic is only needed, and only imported, when there is something to do.
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


def is_newer(revision: str | None) -> bool:
    """Return whether a revision is of a newer version of this software."""
    return revision is not None and revision.isdecimal() and revision > find_newest_revision()


def find_schema_damage(
    place: Path | str, tables: set[str], revision: str | None
) -> RecordsDamaged | None:
    """Return what is wrong with a database of these tables at this revision; None for nothing.

    A database of no tables is a new one, unless its log says that some were there. A server's may
    hold tables of others.
    """
    ours = tables & metadata.tables.keys()
    if revision is None and ours:
        return build_damage_error(
            place, "are damaged (nothing in them says which schema they have)"
        )
    if revision is not None and not is_newer(revision) and revision not in list_revisions():
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
