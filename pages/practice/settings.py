"""Practice: what does the owner know that no export says?"""

from allay_metrics import ui

ui.guard("owner")
with ui.body():
    ui.practice_page(ui.scope())
