"""What is served at which address: the form under /c/, the dashboard everywhere else."""

from starlette.routing import Route
from streamlit.starlette import App

from allay_metrics import config
from allay_metrics.demo.active import recorded_practice
from allay_metrics.server.form_door import FormDoor


def dashboard_app() -> App:
    """Return the dashboard with the parents' form beside it.

    Which practice is open is asked for at every request: the demo may be left meanwhile.
    """
    form = FormDoor(recorded_practice)
    return App(config.ROOT / "dashboard.py", routes=[Route("/c/{rest:path}", form)])
