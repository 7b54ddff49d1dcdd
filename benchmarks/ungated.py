"""The dashboard without its gate, started as `serve` starts it: what the gate is compared with."""

import gc
import sys

from streamlit.starlette import App

import allay_metrics.ui  # imported before the first visitor, as the server does
from allay_metrics import config

if __name__ == "__main__":
    assert allay_metrics.ui
    app = App(config.ROOT / "dashboard.py")
    gc.collect()
    gc.freeze()
    app.run(config={"server.address": "127.0.0.1", "server.port": int(sys.argv[2])})
