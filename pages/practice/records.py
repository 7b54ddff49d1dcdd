"""Records: what came in, what became of every row, and what waits for a decision?"""

from allay_metrics import ui

ui.guard("owner")
with ui.body():
    ui.records_page(ui.scope())
