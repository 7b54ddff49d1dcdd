"""Check-ins: which warning signs and words wait to be read, and whom to ask now?"""

from allay_metrics import ui

ui.guard("owner", "therapist")
with ui.body():
    ui.check_ins_page(ui.scope())
