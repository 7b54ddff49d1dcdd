"""Brings a database to the newest schema."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from allay_metrics.errors import ConfigProblem
from allay_metrics.records.engine import one_at_a_time

_SCRIPTS = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """Return the newest revision shipped; files are numbered in order."""
    return max(path.name.split("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def upgrade(engine: Engine) -> None:
    """Run the migrations the database has not had yet, all or none of each.

    Raises ConfigProblem when the database cannot be opened, or is of a newer version of this
    software.
    """
    found = _first_look(engine)
    if found == newest_revision():
        return
    if found is not None and found > newest_revision():
        raise ConfigProblem(
            f"The database is at schema {found}, newer than this software knows "
            f"({newest_revision()}): install the newer version."
        )
    # Alembic is only needed, and only imported, when there is something to do.
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_SCRIPTS))
    with one_at_a_time(engine) as conn:
        settings.attributes["connection"] = conn
        command.upgrade(settings, "head")


def _first_look(engine: Engine) -> str | None:
    """Return the database's revision, None for a new one."""
    try:
        with engine.connect() as conn:
            return _revision(conn)
    except DBAPIError as error:
        said = str(error.orig).splitlines()[0]
        url = engine.url.render_as_string(hide_password=True)
        raise ConfigProblem(f"The records at {url} cannot be opened: {said}.") from None


def _revision(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)
