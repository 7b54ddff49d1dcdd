"""The one server: the gate, Streamlit's own app behind it, and the parents' form beside it."""

from allay_metrics.server.app import dashboard_app
from allay_metrics.server.identity import HEADER, Identity, unseal

__all__ = ["HEADER", "Identity", "dashboard_app", "unseal"]
