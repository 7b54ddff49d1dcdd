"""Starts the server: `python -m allay_metrics.ui.launch --server.port N`, in the project's folder.

Python has imported this package, and with it everything a page needs, before the first line here
runs. Under `streamlit run` alone the first visitor would wait for that, about two seconds, and
there would be no gate and no form for parents.
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
    """Run the dashboard with these settings of Streamlit's, until the process is ended."""
    # Until st.navigation has run once in a process, Streamlit routes by the files in pages/: a deep
    # link as the first request would find "Page not found" over the right page.
    PagesManager.uses_pages_directory = False
    pairs = zip(settings[::2], settings[1::2], strict=True)
    chosen = {name.removeprefix("--"): value for name, value in pairs}
    address, port = chosen["server.address"], int(chosen["server.port"])
    jobs = Jobs(open_recorded_practice)
    app = build_app(
        address, port, _farewell(), is_click, on_error=handle_error, on_sign=jobs.send_now
    )
    # What was imported stays: no collection looks at it again.
    gc.collect()
    gc.freeze()
    ours = {"server.port": port, "server.trustedUserHeaders": {HEADER: WHO}}
    jobs.start()
    try:
        app.run(config={**chosen, **ours})
    finally:
        jobs.stop()


def is_click(message: bytes) -> bool:
    """Return whether a message of a tab is a person's doing: no page that runs anew by itself."""
    try:
        back_message = BackMsg.FromString(message)
    except DecodeError:
        return True
    return not (
        back_message.WhichOneof("type") == "rerun_script"
        and back_message.rerun_script.is_auto_rerun
    )


def _farewell() -> bytes:
    """Return the message that sends a tab to the page it shows: the gate then asks to sign in."""
    message = ForwardMsg()
    message.auth_redirect.url = ""
    message.auth_redirect.SetInParent()
    return bytes(message.SerializeToString())


if __name__ == "__main__":
    main(sys.argv[1:])
