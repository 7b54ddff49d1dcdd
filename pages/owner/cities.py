"""Cities: where does the practice work, and how is each city doing?"""

from allay_metrics import ui

ui.guard("owner")
scope = ui.scope()
with ui.body():
    chosen = ui.period_head(scope, "Cities")
    if chosen is None:
        ui.no_records()
    else:
        ui.cities_page(scope, chosen)
