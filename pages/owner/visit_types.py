"""Visit types: what does the practice give?"""

from allay_metrics import ui

ui.guard("owner")
with ui.body():
    ui.page_head("Visit types")
