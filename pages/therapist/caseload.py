"""Caseload: whom does she see today, where, and who has slipped through?"""

from allay_metrics import ui

ui.guard("therapist")
with ui.body():
    ui.red_flags(ui.scope())
    ui.caseload_page(ui.scope())
