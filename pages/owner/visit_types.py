"""Visit types: what does the practice give, to whom, and what do families go on to?"""

from allay_metrics import ui

ui.guard("owner")
scope = ui.scope()
with ui.body():
    chosen = ui.period_head(scope, "Visit types")
    if chosen is None:
        ui.no_records()
    else:
        ui.types_page(scope, chosen)
