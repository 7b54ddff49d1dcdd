"""What changed since the week before, and the owner's note on the week."""

from datetime import date

from allay_metrics import formatting as fmt
from allay_metrics.actions.week_notes import save_note
from allay_metrics.records import Scope
from allay_metrics.review.week import WeekNote, WeekReview, read_note
from allay_metrics.review.week_changes import Difference, WeekChange
from allay_metrics.ui.card import card, delta_row, head, note, say
from allay_metrics.ui.cities.city_drilldown import format_city as city_shown
from allay_metrics.ui.name_hiding import WHY
from allay_metrics.ui.note_field import NoteField
from allay_metrics.ui.week.tiles import display_value


def week_changed(scope: Scope, review: WeekReview) -> None:
    """Draw the card of what changed, what was restated, and the note."""
    changed = review.changed
    with card("changed", fill=True):
        head("What changed", _compared_with(changed))
        say(" ".join([_total_sentence(changed), *_outside_sentences(changed)]))
        cities = [_difference_pair(difference) for difference in changed.cities]
        if changed.others:
            cities.append(("all others", fmt.delta(changed.others)))
        types = [(difference.name, fmt.delta(difference.change)) for difference in changed.types]
        if cities or types:
            delta_row(cities, types)
        for sentence in review.restated:
            note(f"Restated: {sentence}")
        week_note(scope, review.monday, review.note)


def week_note(scope: Scope, monday: date, there: WeekNote) -> None:
    """Draw the note of a week, which is saved when the field loses focus."""
    if scope.viewer.hides_names:
        note(WHY)
        return
    NoteField(
        key=_key(monday),
        label="Note on this week",
        placeholder="Note: what I want to remember about this week",
        read=lambda: read_note(scope, monday),
        save=lambda text, version: save_note(scope, monday, text, version),
    ).draw(there)


def _key(monday: date) -> str:
    return f"al-field-note-{monday.isoformat()}"


def _compared_with(changed: WeekChange) -> str:
    if changed.days is None:
        return "against the week before"
    return f"against the same {fmt.plural(changed.days, 'day')} of the week before"


def _total_sentence(changed: WeekChange) -> str:
    now = f"**{fmt.number(changed.now)}**"
    if changed.why_not:
        return f"Completed visits: {now}. ~~Not compared: {changed.why_not}.~~"
    went = f"went from {fmt.number(changed.before)} to {now}"
    if changed.now == changed.before:
        went = f"stayed at {now}"
    if changed.usual is None or changed.days is not None:
        return f"Completed visits {went}."
    place = f"**◆ {changed.signal}**" if changed.signal else "~~inside~~"
    return f"Completed visits {went}, {place} ~~the usual range.~~"


def _outside_sentences(changed: WeekChange) -> list[str]:
    """Return a sentence for each further number outside its usual range."""
    return [
        f"{number.metric.label}: **{display_value(number, number.now.cell).text}**, "
        f"**◆ {number.now.signal}** ~~the usual range.~~"
        for number in changed.outside
        if number is not changed.completed
    ]


def _difference_pair(difference: Difference) -> tuple[str, str]:
    return city_shown(difference.name), fmt.delta(difference.change)
