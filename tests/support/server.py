"""A fresh server process for one test, gone afterwards."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SERVE = (sys.executable, "-m", "allay_metrics", "serve")


@dataclass(frozen=True)
class Server:
    """A running server: its address without a closing slash, its data folder, its log."""

    url: str
    data_dir: Path
    log: Path


@contextmanager
def start_server(
    data_dir: Path,
    *,
    database_url: str | None = None,
    command: Sequence[str] = SERVE,
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    patience: float = 300,
    port: int | None = None,
) -> Iterator[Server]:
    """Yield a server that nobody has asked for anything yet but its health.

    Without `database_url` the records are what `data_dir` holds. `command` gets `--port N` added:
    a free one unless told.
    """
    port = port or free_port()
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / f"server-{port}.log"
    variables = {**os.environ, "ALLAY_DATA_DIR": str(data_dir), "HOME": str(data_dir)}
    variables.pop("ALLAY_DATABASE_URL", None)
    if database_url:
        variables["ALLAY_DATABASE_URL"] = database_url
    variables |= environment or {}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=cwd,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            server = Server(f"http://127.0.0.1:{port}", data_dir, log)
            _wait_for_health(server, process, patience)
            yield server
        finally:
            _stop(process)


def memory_mb(url: str, what: str) -> float:
    """Return the memory of a server's own process in MB: VmRSS now, VmHWM the most it ever held."""
    port = url.rsplit(":", 1)[1].encode()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if port in words and b"allay_metrics.ui.launch" in words:
                told = (folder / "status").read_text()
                return int(told.split(f"{what}:")[1].split()[0]) / 1024
    raise AssertionError("the server's process is not there")


def _wait_for_health(server: Server, process: subprocess.Popen, patience: float) -> None:
    deadline = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{server.log.read_text()[-3000:]}")


def _stop(process: subprocess.Popen) -> None:
    """End the server and whatever it started: its process group."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, ending)
            process.wait(5)
        except ProcessLookupError:
            process.wait(5)
        except subprocess.TimeoutExpired:
            continue
        return
