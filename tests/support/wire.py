"""Streamlit's own wire, spoken by hand: what a browser sends, and what an attacker might."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import ClientConnection, connect

STREAM = "/_stcore/stream"


@dataclass(frozen=True)
class Ran:
    """One run of a page: how long it took, and every message it sent, oldest first."""

    seconds: float
    messages: tuple[ForwardMsg, ...]

    @property
    def session_id(self) -> str:
        """Return the session the server says this is; empty where the run began no session."""
        told = [
            message.new_session.initialize.session_id
            for message in self.messages
            if message.WhichOneof("type") == "new_session"
        ]
        return told[0] if told else ""

    def holds(self, text: str) -> bool:
        """Return whether any message carries this text."""
        return any(text.encode() in message.SerializeToString() for message in self.messages)


async def open_wire(
    url: str,
    *,
    origin: str | None = None,
    session_id: str = "",
    headers: Mapping[str, str] | None = None,
) -> ClientConnection:
    """Return an open WebSocket to the dashboard at `url`; from its own pages unless told.

    `session_id` asks for a session that exists. Raises websockets.InvalidStatus where refused.
    """
    spoken = ["streamlit", "none", *([session_id] if session_id else [])]
    return await connect(
        url.replace("http", "ws", 1) + STREAM,
        subprotocols=spoken,
        origin=origin or url,
        additional_headers=dict(headers or {}),
        max_size=None,
        open_timeout=60,
    )


async def run_page(wire: ClientConnection, query: str = "", page_hash: str = "") -> Ran:
    """Run a page, by its script's hash or the first one, and return all it sent."""
    asked = BackMsg()
    asked.rerun_script.query_string = query
    asked.rerun_script.page_script_hash = page_hash
    begun = time.perf_counter()
    await wire.send(asked.SerializeToString())
    messages = []
    while True:
        told = await _next(wire)
        messages.append(told)
        if told.WhichOneof("type") == "script_finished":
            return Ran(time.perf_counter() - begun, tuple(messages))


async def led_on(wire: ClientConnection) -> None:
    """Read on behind a page that leads to another one, until that one stands and nothing runs."""
    is_finished = False
    while True:
        told = await _next(wire)
        is_finished = is_finished or told.WhichOneof("type") == "script_finished"
        if is_finished and told.WhichOneof("type") == "session_status_changed":
            assert not told.session_status_changed.script_is_running
            return


async def _next(wire: ClientConnection) -> ForwardMsg:
    return ForwardMsg.FromString(await asyncio.wait_for(wire.recv(), 120))
