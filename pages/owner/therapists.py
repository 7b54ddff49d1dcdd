"""Therapists: who goes where in the next two weeks, and who has room left?"""

from allay_metrics import ui

ui.guard("owner")
with ui.body():
    ui.therapists_page(ui.scope())
