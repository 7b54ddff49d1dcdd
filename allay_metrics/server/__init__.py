"""The one server: Streamlit's own app, and the parents' form beside it."""

from allay_metrics.server.app import dashboard_app

__all__ = ["dashboard_app"]
