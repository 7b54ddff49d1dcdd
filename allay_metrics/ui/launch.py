"""Starts the server: `python -m allay_metrics.ui.launch --server.port N`, in the project's folder.

Importing this package imports everything a page needs before the server starts. With plain
`streamlit run` the first visitor would wait about two seconds for that, and there would be neither
sign-in nor the parent's form.
"""

import gc
import sys

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.pages_manager import PagesManager

from allay_metrics.demo.practice_choice import open_recorded_practice
from allay_metrics.server import HEADER, build_app
from allay_metrics.server.jobs import Jobs
from allay_metrics.ui.problem import handle_error
from allay_metrics.ui.session import WHO


def main(settings: list[str]) -> None:
    """Run the dashboard with these Streamlit settings until the process ends."""
    # Until st.navigation has run once in a process, Streamlit routes by the files in pages/: a deep
    # link as the first request would show "Page not found" over the right page.
    PagesManager.uses_pages_directory = False
    pairs = zip(settings[::2], settings[1::2], strict=True)
    chosen = {name.removeprefix("--"): value for name, value in pairs}
    address, port = chosen["server.address"], int(chosen["server.port"])
    jobs = Jobs(open_recorded_practice)
    app = build_app(
        address, port, _reload_message(), is_click, on_error=handle_error, on_sign=jobs.send_now
    )
    # Imported modules stay: exclude them from garbage collection.
    gc.collect()
    gc.freeze()
    ours = {"server.port": port, "server.trustedUserHeaders": {HEADER: WHO}}
    jobs.start()
    try:
        app.run(config={**chosen, **ours})
    finally:
        jobs.stop()


def is_click(message: bytes) -> bool:
    """Return whether a message of a tab is a user's action, not an automatic rerun."""
    try:
        back_message = BackMsg.FromString(message)
    except DecodeError:
        return True
    return not (
        back_message.WhichOneof("type") == "rerun_script"
        and back_message.rerun_script.is_auto_rerun
    )


def _reload_message() -> bytes:
    """Return the message that makes a tab reload its page, where sign-in is then required."""
    message = ForwardMsg()
    message.auth_redirect.url = ""
    message.auth_redirect.SetInParent()
    return bytes(message.SerializeToString())


if __name__ == "__main__":
    main(sys.argv[1:])
