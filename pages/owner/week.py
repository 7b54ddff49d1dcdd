"""Week in review: how was last week, is anything unusual, what needs the owner this week?"""

from allay_metrics import ui

ui.guard("owner")
scope = ui.scope()
with ui.body():
    ui.red_flags(scope)
    ui.sign_again(scope)
    review = ui.week_head(scope)
    if review.has_records:
        ui.week_page(scope, review)
    else:
        ui.no_records()
