"""Invented exports of every source, with what is true of each row beside it.

A writer takes rows as dicts over defaults, in the source's own words, and returns the path.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

JANE = (
    "id,location_name,start_at,end_at,patient_guid,patient_number,patient_prefix,"
    "patient_first_name,patient_preferred_name,patient_last_name,treatment_name,staff_member_name,"
    "break,insurance_state,state,first_visit,chart_status,notes_text,booked_at,arrived_at,"
    "booked_online,archived_at,no_show_at,cancelled_at,cancelled_reason,referral_source"
).split(",")
JANE_SALES = (
    "Location,Purchase Date,Invoice Date,Patient Guid,Patient,Item,Staff Member,Payer,Invoice #,"
    "Income Category,Details,Status,Subtotal,Total,Collected,Balance"
).split(",")
CALENDLY = (
    "User Name,Team,Invitee Name,Invitee First Name,Invitee Last Name,Invitee Email,"
    "Invitee Time Zone,Invitee accepted marketing emails,Text Reminder Number,Event Type Name,"
    "Start Date & Time,End Date & Time,Location,Event Created Date & Time,Canceled,Canceled By,"
    "Cancellation reason,Question 1,Response 1,Question 2,Response 2,Question 3,Response 3,"
    "UTM Campaign,Event Price,Payment Currency,Guest Email(s),Invitee Reconfirmed,"
    "Marked as No-Show,Meeting Notes,Group,User Email,Event UUID,Invitee UUID,"
    "Invitee scheduled by,Scheduling method"
).split(",")
ATTENDANCE = "client_name,clinician_name,date_of_service,office_name,status".split(",")
STATUS_REPORT = (
    "Date of Service,Client,Clinician,Billing Code,Primary Insurance,Secondary Insurance,"
    "Rate per Unit,Units,Total Fee,Progress Note Status,Client Payment Status,Charge,Uninvoiced,"
    "Paid,Unpaid,Insurance Payment Status,Charge,Paid,Write Off,Unpaid"
).split(",")


def jane(number: int, start: str, **told: str) -> dict[str, str]:
    """Return a row of Jane's appointments report: an hour of `Ada Moss`, booked a week before."""
    hour = int(start[11:13])
    return {
        "id": str(number),
        "location_name": "Home visits",
        "start_at": start,
        "end_at": f"{start[:11]}{hour + 1:02}{start[13:]}",
        "patient_guid": "guid-ada",
        "patient_first_name": "Ada",
        "patient_last_name": "Moss",
        "treatment_name": "Infant CST",
        "staff_member_name": "Maya Lopez",
        "break": "false",
        "booked_at": "2026-10-20 08:00",
        **told,
    }


def sale(day: str, amount: str, **told: str) -> dict[str, str]:
    """Return a line of Jane's sales report for `Ada Moss`."""
    return {
        "Purchase Date": day,
        "Invoice Date": day,
        "Patient Guid": "guid-ada",
        "Patient": "Ada Moss",
        "Item": "Infant CST",
        "Subtotal": amount,
        "Total": amount,
        **told,
    }


def calendly(number: int, start: str, **told: str) -> dict[str, str]:
    """Return an event of Calendly's export: an hour of `Ada Moss`."""
    day, time = start.split(" ", 1)
    hour = int(time[:2])
    return {
        "User Name": "Maya Lopez",
        "Invitee Name": "Ada Moss",
        "Invitee Email": "ada@example.com",
        "Invitee Time Zone": "Eastern Time - US & Canada",
        "Event Type Name": "Lactation visit",
        "Start Date & Time": f"{day} {_twelve(hour)}",
        "End Date & Time": f"{day} {_twelve(hour + 1)}",
        "Event Created Date & Time": "2026-10-20 08:00 am",
        "Canceled": "false",
        "Marked as No-Show": "No",
        "Event UUID": f"event-{number}",
        "Invitee UUID": f"invitee-{number}",
        **told,
    }


def attended(day: str, status: str = "Show", **told: str) -> dict[str, str]:
    """Return a row of SimplePractice's attendance report."""
    return {
        "client_name": "Ada Moss",
        "clinician_name": "Maya Lopez",
        "date_of_service": day,
        "office_name": "Main office",
        "status": status,
        **told,
    }


def fee(day: str, amount: str, code: str = "97124", **told: str) -> dict[str, str]:
    """Return a line of SimplePractice's appointment status report."""
    return {
        "Date of Service": day,
        "Client": "Ada Moss",
        "Clinician": "Maya Lopez",
        "Billing Code": code,
        "Units": "1",
        "Total Fee": amount,
        "Charge": amount,
        **told,
    }


def write_table(
    path: Path, headers: Sequence[str], rows: Sequence[dict[str, str]], above: Sequence[str] = ()
) -> Path:
    """Write the rows under these headers, doubled ones too, and return the path."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerows([line] for line in above)
        out.writerow(headers)
        out.writerows([row.get(name, "") for name in headers] for row in rows)
    return path


def event(start: str, end: str, *lines: str, uid: str = "one", summary: str = "CST Ada") -> str:
    """Return one calendar event; `start` and `end` are what follows DTSTART and DTEND."""
    told = [
        "BEGIN:VEVENT",
        f"DTSTART{start}",
        f"DTEND{end}",
        "DTSTAMP:20261116T160000Z",
        f"UID:{uid}",
        f"SUMMARY:{summary}",
        *lines,
        "END:VEVENT",
    ]
    return "\r\n".join(told)


def write_calendar(path: Path, *events: str, name: str = "Maya Lopez") -> Path:
    """Write the events as a calendar file and return its path."""
    head = ["BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0"]
    told = [*head, f"X-WR-CALNAME:{name}", "X-WR-TIMEZONE:America/New_York", *events]
    path.write_text("\r\n".join([*told, "END:VCALENDAR", ""]), encoding="utf-8", newline="")
    return path


def _twelve(hour: int) -> str:
    return f"{hour % 12 or 12:02}:00 {'am' if hour < 12 else 'pm'}"
