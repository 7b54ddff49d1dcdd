"""caseload: a therapist's day and her families, as on her start page."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from allay_metrics import formatting as fmt
from allay_metrics.cli.numbers import open_recorded
from allay_metrics.cli.options import database_option, find_database

if TYPE_CHECKING:
    from allay_metrics.caseload.caseload_families import AttentionLine, MyFamily
    from allay_metrics.caseload.day import ScheduleDay, VisitCard
    from allay_metrics.caseload.reading_day import Today


@click.command("caseload")
@click.option("--as", "email", metavar="EMAIL", required=True, help="The therapist.")
@click.option("--json", "json_", is_flag=True, help="JSON instead of text.")
@database_option
@click.pass_context
def caseload_command(context: click.Context, email: str, json_: bool, database: str | None) -> None:
    """Print a therapist's day, whom to look at first, and her families."""
    from allay_metrics.caseload.caseload_families import list_attention, read_families, read_worse
    from allay_metrics.caseload.day import read_day
    from allay_metrics.caseload.reading_day import compute_today
    from allay_metrics.cli.output import as_json
    from allay_metrics.review.open_check_ins import list_waiting

    scope = open_recorded(find_database(context, database)).as_therapist(email)
    today = compute_today(scope)
    families = read_families(scope, today)
    first = list_attention(
        families, today, read_worse(scope, today), list_waiting(scope, today.now)
    )
    caseload = _Caseload(today, read_day(scope, today), first, families)
    click.echo(as_json(caseload_json(caseload)) if json_ else caseload_text(caseload))
    if today.why:
        click.echo(today.why, err=True)


@dataclass(frozen=True)
class _Caseload:
    today: "Today"
    day: "ScheduleDay"
    looks: "tuple[AttentionLine, ...]"
    families: "tuple[MyFamily, ...]"


def caseload_json(caseload: _Caseload) -> dict[str, Any]:
    """Return the caseload as JSON values; days and times in ISO, no money."""
    today, day = caseload.today, caseload.day
    return {
        "day": today.shown.isoformat(),
        "today": today.day.isoformat(),
        "as_of": today.as_of.isoformat() if today.as_of else None,
        "visits": [_visit_json(card) for card in day.cards],
        "drive_minutes": day.drive_minutes,
        "drive_reason": day.why_no_drive,
        "next_7_days": [
            {"day": ahead.day.isoformat(), "visits": ahead.visits, "cities": dict(ahead.cities)}
            for ahead in day.ahead
        ],
        "records_age": today.age,
        "look_first": [
            {"family": look.family.name, "client_id": look.leads_to, "what": look.what,
             "when": look.when}
            for look in caseload.looks
        ],
        "families": [_family_json(family, today) for family in caseload.families],
    }  # fmt: skip


def caseload_text(caseload: _Caseload) -> str:
    """Return the caseload as text."""
    from allay_metrics.caseload.caseload_clients import format_ages
    from allay_metrics.caseload.visit_doubt import advise_asking
    from allay_metrics.metrics.care_state_metrics import CARE_STATES

    today, day = caseload.today, caseload.day
    drive = f"about {day.drive_minutes} min driving" if day.drive_minutes else day.why_no_drive
    visits = fmt.plural(len(day.cards), "visit")
    cities = fmt.plural(len(day.cities), "city", "cities")
    lines = [", ".join(filter(None, (fmt.full_day(today.shown), visits, cities, drive))), ""]
    for card in day.cards:
        who = f"{card.family} ({format_ages(card.people, today.shown)})".replace(" ()", "")
        about = ", ".join((" + ".join(card.types), card.city, f"visit {card.number}"))
        rest = "; ".join(filter(None, (card.concern, *card.notes, *card.remember)))
        lines.append(f"{fmt.clock(card.starts):>8}  {who}: {about}")
        if card.doubt:
            lines.append(f"{'':10}{advise_asking(card.doubt)}")
        if card.contact.sentence:
            lines.append(f"{'':10}{card.contact.sentence}")
        if rest:
            lines.append(f"{'':10}{' '.join(rest.split())}")
    lines += ["", "Look at these first"]
    if today.age and any(look.is_to_book for look in caseload.looks):
        lines.append(f"  {today.age}")
    lines += [f"  {look.family.name}: {look.what} {look.when}".rstrip() for look in caseload.looks]
    counts = Counter(family.state for family in caseload.families)
    lines += ["", ", ".join(f"{counts[state]} {state}" for state in CARE_STATES)]
    return "\n".join(lines)


def _visit_json(card: "VisitCard") -> dict[str, Any]:
    return {
        "visit_id": card.visit_id,
        "starts": card.starts.isoformat(),
        "ends": card.ends.isoformat(),
        "family": card.family,
        "clients": [
            {"name": person.name, "kind": person.kind, "age": person.age(card.starts.date())}
            for person in card.people
        ],
        "types": list(card.types),
        "city": card.city,
        "state": card.state,
        "doubt": card.doubt,
        "contact": card.contact.level,
        "contact_reason": card.contact.reason,
        "visit_number": card.number,
        "concern": card.concern,
        "notes": list(card.notes),
        "remember": list(card.remember),
        "attention": card.attention,
        "as_of": card.as_of.isoformat(),
    }


def _family_json(family: "MyFamily", today: "Today") -> dict[str, Any]:
    return {
        "family": family.name,
        "clients": [
            {"client_id": p.client_id, "name": p.name, "kind": p.kind, "age": p.age(today.day)}
            for p in family.people
        ],
        "concern": family.concern,
        "visits": family.visits,
        "last": family.last_on.isoformat() if family.last_on else None,
        "next": family.next_on.isoformat() if family.next_on else None,
        "care": family.state,
        "closed": family.closed_on.isoformat() if family.closed_on else None,
        "reason": family.reason,
        "attention": bool(family.attention),
        "contact": family.contact.level,
        "contact_reason": family.contact.reason,
    }
