"""Outcomes: what do families report while in care, and how sure can one be?"""

from allay_metrics import ui

ui.guard("owner")
scope = ui.scope()
with ui.body():
    chosen = ui.period_head(scope, "Outcomes", filters=False)
    if chosen is None:
        ui.no_records()
    else:
        ui.outcomes_page(scope, chosen)
