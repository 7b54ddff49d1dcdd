"""Nothing a test does may leave this computer."""

import socket

_connect = socket.socket.connect
_HERE = ("127.", "::1", "localhost")  # all of 127.0.0.0/8 is this computer


class OutsideConnectionError(AssertionError):
    """A test tried to reach another computer."""


def _only_here(self, address):
    inside = self.family == socket.AF_UNIX or address[0].startswith(_HERE)
    if not inside:
        raise OutsideConnectionError(f"A test tried to reach {address}.")
    return _connect(self, address)


def stay_inside() -> None:
    """From now on, let this process connect to this computer only."""
    socket.socket.connect = _only_here
