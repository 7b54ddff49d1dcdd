"""Ports for servers that tests start: each is one test's own until its process ends."""

import fcntl
import os
import socket
import tempfile
from pathlib import Path
from random import SystemRandom

# Below those a system takes for outgoing connections (from 32,768 on): between choosing a port and
# listening on it a server starts for seconds, and no browser's connection may sit on it meanwhile.
_FIRST, _LAST = 20_000, 32_000
_held: list[int] = []  # descriptors; a lock ends with the process that holds it


def free_port() -> int:
    """Return a port nobody listens on, and no other test of any run is given meanwhile."""
    folder = Path(tempfile.gettempdir()) / f"allay-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    ports = range(_FIRST, _LAST)
    for port in SystemRandom().sample(ports, len(ports)):
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        if _is_free(port):
            _held.append(lock)
            return port
        os.close(lock)
    raise RuntimeError("There is no free port left for a test's server.")


def _is_free(port: int) -> bool:
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
