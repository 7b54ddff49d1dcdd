"""Brings a database to the newest schema."""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from allay_metrics.errors import ConfigProblem
from allay_metrics.records.engine import WRITE

_SCRIPTS = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """Return the newest revision shipped; files are numbered in order."""
    return max(path.name.split("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def upgrade(engine: Engine) -> None:
    """Run the migrations the database has not had yet, all or none of each.

    Raises ConfigProblem when the database is of a newer version of this software.
    """
    found = _revision(engine)
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
    with engine.connect().execution_options(**WRITE) as conn, conn.begin():
        settings.attributes["connection"] = conn
        command.upgrade(settings, "head")


def _revision(engine: Engine) -> str | None:
    with engine.connect() as conn:
        if not inspect(conn).has_table("alembic_version"):
            return None
        found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return None if found is None else str(found)
