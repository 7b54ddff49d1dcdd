"""My sign-in: where am I signed in, and how do I change the way I sign in?"""

from allay_metrics import ui

ui.guard("owner", "therapist")
with ui.body():
    ui.own_page(ui.scope())
