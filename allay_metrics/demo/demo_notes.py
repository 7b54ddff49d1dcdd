"""The notes of the demo's therapists: for the next visit, attention marks, history tags."""

from allay_metrics.actions.notes import add_tag, mark_client, save_client_note
from allay_metrics.caseload.caseload_families import read_families
from allay_metrics.caseload.reading_day import compute_today
from allay_metrics.records import Scope

NOTES = (
    "Torticollis: has a PT seen it? Ask.",
    "Bring the small scale and the pillow.",
    "Dad asks how to hold him after feeds: show twice.",
    "Tongue tie revised last week, see the stretches.",
)
TAGS = (("C-section",), ("Forceps or vacuum", "Jaw tension"), ("NICU", "Preterm"), ("Reflux",))


def save_demo_notes(owner: Scope, therapists: tuple[str, ...]) -> None:
    """Save some notes in each of these therapists' caseloads, and mark one client of each."""
    for name in therapists:
        scope = owner.as_therapist(name)
        families = read_families(scope, compute_today(scope))
        ahead = [family for family in families if family.next_on is not None and family.with_me]
        for number, family in enumerate(ahead[: len(NOTES)]):
            save_client_note(scope, family.leads_to, NOTES[number], 0)
            for tag in TAGS[number]:
                add_tag(scope, family.leads_to, tag)
        quiet = [
            family for family in families if family.state == "in care" and family.next_on is None
        ]
        for family in quiet[:1]:
            mark_client(scope, family.leads_to, attention=True)
