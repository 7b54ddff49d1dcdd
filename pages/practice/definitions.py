"""Definitions: what does each number count, and what does it need?"""

from allay_metrics import ui

ui.guard("owner", "therapist")
with ui.body():
    ui.definitions_page(ui.scope())
