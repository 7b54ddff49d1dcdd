"""Records: what has been taken in?"""

from allay_metrics import ui

ui.guard("owner")
with ui.body():
    ui.page_head("Records")
