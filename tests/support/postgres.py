"""A throwaway PostgreSQL cluster: one for the whole test run, shared by its workers.

It listens on a socket in its own temporary folder only. A supervisor process owns the server and
ends it, folder and all, as soon as the test run's own process is gone, however it went.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
HOW_TO_GET_IT = (
    "The tests need PostgreSQL's server programs (initdb, postgres): install them "
    "(on Debian and Ubuntu: apt install postgresql; on macOS: brew install postgresql)."
)
MIGRATED, OPENED = "allay_migrated", "allay_opened"
OWNER = "keeper"
_ROOM = 2 * 1024**3  # bytes: several times what a run's databases and their log ever take
# Nothing here has to survive a power cut.
_QUICK = [
    f"-c{setting}"
    for setting in (
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=200",
        "shared_buffers=64MB",
        "max_wal_size=128MB",
        "listen_addresses=",
        "timezone=UTC",
    )
]


def find_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server found, or None."""
    on_path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    usual = (
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql*/bin"),
        *Path("/usr/local/opt").glob("postgresql*/bin"),
        *Path("/usr/pgsql").parent.glob("pgsql-*/bin"),
    )
    newest_first = sorted(usual, key=lambda folder: _number(str(folder)), reverse=True)
    for folder in (*on_path, *newest_first):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def _number(path: str) -> int:
    return int("0" + "".join(character for character in path if character.isdigit()))


@dataclass(frozen=True)
class Cluster:
    """A running cluster, named by the folder of its socket."""

    folder: Path

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    def create(self, database: str, template: str = MIGRATED) -> str:
        """Make a database as a copy of the migrated template and return its URL."""
        copy = f'CREATE DATABASE "{database}" TEMPLATE "{template}" OWNER {OWNER}'
        with self._connect() as connection:
            # From version 15 on the default copies page by page through the log: five times the
            # processor time of copying files.
            if connection.info.server_version >= 150_000:
                copy += " STRATEGY FILE_COPY"
            connection.execute(copy.encode())
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def stop(self) -> None:
        """End the server as its administrator would; its databases stay."""
        self._flag.touch()
        while self._answers():
            time.sleep(0.05)

    def start(self) -> None:
        """Start the server again."""
        self._flag.unlink()
        while not self._answers():
            time.sleep(0.05)

    @property
    def _flag(self) -> Path:
        return self.folder / "stopped"

    def _answers(self) -> bool:
        try:
            self._run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, statement: str) -> None:
        with self._connect() as connection:
            connection.execute(statement.encode())

    def _connect(self) -> psycopg.Connection:
        where = {"host": str(self.folder), "user": "allay", "dbname": "postgres"}
        return psycopg.connect(**where, autocommit=True)


def shared_cluster(
    run_folder: Path,
    run_pid: int,
    migrate: Callable[[str], None],
    begin: Callable[[str], None] | None = None,
) -> Cluster:
    """Return the run's cluster; the first worker to ask starts it and makes its templates."""
    note = run_folder / "postgres.json"
    with FileLock(run_folder / "postgres.lock"):
        if not note.exists():
            cluster = _start(run_pid)
            migrate(cluster.create(MIGRATED, template="template0"))
            if begin:
                begin(cluster.create(OPENED))
            note.write_text(json.dumps({"folder": str(cluster.folder)}))
        return Cluster(Path(json.loads(note.read_text())["folder"]))


@contextmanager
def own_cluster(migrate: Callable[[str], None]) -> Iterator[Cluster]:
    """Yield a cluster that one test may stop and start again."""
    cluster = _start(os.getpid())
    migrate(cluster.create(MIGRATED, template="template0"))
    yield cluster
    (cluster.folder / "ended").touch()


def _start(run_pid: int) -> Cluster:
    programs = find_programs()
    if programs is None:
        raise RuntimeError(HOW_TO_GET_IT)
    folder = Path(tempfile.mkdtemp(prefix="allay-pg-", dir=_in_memory()))
    said = folder / "log"
    command = [sys.executable, "-m", "tests.support.postgres", str(run_pid), programs, folder]
    with said.open("wb") as log:
        supervisor = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
    cluster = Cluster(folder)
    deadline = time.monotonic() + 300
    while supervisor.poll() is None and time.monotonic() < deadline:
        if not cluster._answers():
            time.sleep(0.05)
        else:
            # The supervisor is to outlive this process: nobody waits for it.
            supervisor.returncode = 0
            # As a practice's own server would have it: no superuser ever opens the records.
            cluster._run(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
            return cluster
    raise RuntimeError(f"PostgreSQL did not start:\n{said.read_text() if said.exists() else ''}")


def _in_memory() -> Path | None:
    """Return a folder kept in memory where there is one with room, else None: the usual one.

    Copying a database there takes an eighth of the processor time.
    """
    memory = Path("/dev/shm")  # noqa: S108  (mkdtemp makes a folder of a name of its own in it)
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM
    return memory if has_room and os.access(memory, os.W_OK) else None


def _supervise(run_pid: int, programs: Path, folder: Path) -> None:
    """Run the server until it ends or the test run is gone, then remove its folder."""
    who = _unprivileged(folder)
    server = None
    try:
        initdb = [programs / "initdb", "--username=allay", "--auth=trust", "--no-sync"]
        initdb += ["--encoding=UTF8", "--no-locale", f"--pgdata={folder / 'data'}"]
        subprocess.run(initdb, check=True, cwd=folder, stdin=subprocess.DEVNULL, **who)
        serve = [programs / "postgres", "-D", folder / "data", "-k", folder, *_QUICK]
        while _alive(run_pid) and not (folder / "ended").exists():
            if server is None and not (folder / "stopped").exists():
                server = subprocess.Popen(serve, cwd=folder, stdin=subprocess.DEVNULL, **who)
            elif server and (folder / "stopped").exists():
                server.send_signal(signal.SIGINT)  # sends everybody away
                server.wait(20)
                server = None
            elif server and server.poll() is not None:
                break
            time.sleep(0.1)
    finally:
        if server and server.poll() is None:
            server.send_signal(signal.SIGQUIT)
            server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> dict[str, object]:
    """Return how to start a program as somebody else when we are root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    somebody = known.get("postgres") or known["nobody"]
    os.chown(folder, somebody.pw_uid, somebody.pw_gid)
    return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    _supervise(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
