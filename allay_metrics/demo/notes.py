"""What the demo's therapists keep with clients: notes for the next visit, marks, history."""

from allay_metrics.actions.notes import add_tag, mark_client, save_client_note
from allay_metrics.caseload.families import read_families
from allay_metrics.caseload.today import today_of
from allay_metrics.records import Scope

NOTES = (
    "Torticollis: has a PT seen it? Ask.",
    "Bring the small scale and the pillow.",
    "Dad asks how to hold him after feeds: show twice.",
    "Tongue tie revised last week, see the stretches.",
)
TAGS = (("C-section",), ("Forceps or vacuum", "Jaw tension"), ("NICU", "Preterm"), ("Reflux",))


def keep_notes(owner: Scope, therapists: tuple[str, ...]) -> None:
    """Keep some notes in each of these therapists' caseloads, and mark one client of each."""
    for name in therapists:
        scope = owner.as_therapist(name)
        families = read_families(scope, today_of(scope))
        ahead = [one for one in families if one.next_on is not None and one.with_me]
        for number, one in enumerate(ahead[: len(NOTES)]):
            save_client_note(scope, one.leads_to, NOTES[number], 0)
            for tag in TAGS[number]:
                add_tag(scope, one.leads_to, tag)
        quiet = [one for one in families if one.state == "in care" and one.next_on is None]
        for one in quiet[:1]:
            mark_client(scope, one.leads_to, attention=True)
