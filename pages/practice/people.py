"""People: who may sign in, and what may each of them see?"""

from allay_metrics import ui

ui.guard("owner")
with ui.body():
    ui.people_page(ui.scope())
