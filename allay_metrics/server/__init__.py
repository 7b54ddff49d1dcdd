"""The server: middleware that checks every request, Streamlit's app, sign-in and parent form."""

from allay_metrics.server.app import build_app
from allay_metrics.server.identity import HEADER, Identity, unseal

__all__ = ["HEADER", "Identity", "build_app", "unseal"]
