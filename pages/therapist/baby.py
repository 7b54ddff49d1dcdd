"""Baby: one client's visits, what is known and noted, and the end of care."""

from allay_metrics import ui

ui.guard("therapist")
with ui.body():
    ui.baby_page(ui.scope())
