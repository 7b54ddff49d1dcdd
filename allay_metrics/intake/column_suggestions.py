"""Suggests for each field the column of an unknown table, by its name and by its values.

A person decides: nothing is imported by a suggestion alone.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from allay_metrics.intake import values
from allay_metrics.intake.table import Record
from allay_metrics.intake.texts import one_line
from allay_metrics.intake.times import DayFormats, compile_format, read_time, split_moment

MOST_WORDS = 25  # a column with more distinct values holds no states
_SAMPLE_SIZE = 60  # values by which the shape of a column is judged
_SURE, _LIKELY = 100, 84
_MOST = 0.75  # share of the values that decides the shape of a column

# Headers of known exports, without accents. A column is suggested for one field at most.
NAMES: Mapping[str, str] = {
    "source_key": "id, appt, appt id, appointment id, booking id, visit id, reference, "
    "booking reference, appointment number, uid, numero de cita, id de cita, referencia de reserva",
    "start": "start, start time, starts at, start at, start date and time, appointment start, "
    "begins, date and time, date time, when, appointment date time, inicio, comienza, "
    "fecha y hora, fecha y hora de inicio",
    "end": "end, end time, ends at, end at, finish, finish time, appointment end, fin, termina, "
    "fecha y hora de fin",
    "start_date": "date, day, appointment date, visit date, date of service, booking date, "
    "start date, fecha, dia, fecha de la cita, fecha de cita",
    "start_time": "time, start time, from, appointment time, start, hora, hora de inicio, desde, "
    "inicio, hora de la cita",
    "end_time": "end time, to, until, finish, end, hora de fin, hasta, fin",
    "minutes": "minutes, mins, min, duration, length, duration minutes, duration mins, "
    "duration in minutes, service duration, duracion, minutos, duracion en minutos",
    "client_name": "client, client name, customer, customer name, patient, patient name, name, "
    "full name, guest, invitee, attendee, family, parent, member, cliente, nombre, "
    "nombre del cliente, paciente, nombre del paciente, nombre completo, familia",
    "first_name": "first name, client first name, patient first name, customer first name, "
    "given name, forename, nombre de pila, primer nombre",
    "last_name": "last name, client last name, patient last name, customer last name, surname, "
    "family name, apellido, apellidos",
    "email": "email, e mail, email address, client email, customer email, correo, "
    "correo electronico",
    "phone": "phone, phone number, mobile, mobile phone, cell, cell phone, telephone, "
    "customer phone, telefono, movil, celular",
    "therapist": "therapist, practitioner, practitioner name, staff, staff member, staff name, "
    "team member, provider, clinician, employee, with, calendar, terapeuta, profesional, empleado",
    "type": "type, service, service name, appointment type, treatment, visit type, session type, "
    "class, item, servicio, tipo, tipo de cita, tipo de visita, tratamiento",
    "price": "price, fee, amount, cost, total, rate, service price, total price, precio, importe, "
    "tarifa, costo, monto",
    "booked_on": "booked on, booked at, date booked, created, created at, created on, "
    "booking created, scheduled on, date scheduled, creado, creada, creado el, reservado el, "
    "fecha de reserva, fecha de creacion",
    "cancelled_at": "cancelled at, canceled at, cancelled on, cancellation time, "
    "cancellation date, cancelado el, cancelada el, fecha de cancelacion",
    "cancelled_by": "cancelled by, canceled by, who cancelled, cancelado por, cancelada por",
    "city": "city, town, suburb, client city, customer city, ciudad, localidad",
    "zip": "zip, zip code, postal code, postcode, post code, codigo postal",
    "address": "address, street, street address, home address, location, client address, where, "
    "direccion, domicilio, calle",
    "notes": "notes, note, remarks, comments, appointment notes, customer note, booking notes, "
    "notas, comentarios, observaciones",
    "concern": "concern, concerns, reason, reason for visit, chief complaint, motivo, "
    "motivo de la visita, motivo de consulta",
    "infant_names": "baby name, babys name, infant name, infant names, child name, "
    "nombre del bebe, bebe",
    "infant_born": "date of birth, birth date, dob, baby birth date, babys date of birth, "
    "infant born, fecha de nacimiento, nacimiento",
    "referral_source": "referral source, referred by, how did you hear about us, source, "
    "referencia, referido por, como nos conocio",
    "zone": "time zone, timezone, zona horaria",
}
_NAMES = {field: tuple(names.split(", ")) for field, names in NAMES.items()}
_STATE_NAMES = (
    "status", "state", "appointment status", "booking status", "attendance", "outcome", "no show",
    "cancelled", "canceled", "did not arrive", "patient arrived", "arrived", "estado", "asistencia",
    "estado de la cita", "cancelada",
)  # fmt: skip
# Shapes a column must have to be suggested for a field; other fields accept any shape.
_SHAPES = {
    "start": {"moment"},
    "end": {"moment"},
    "start_date": {"day"},
    "start_time": {"time"},
    "end_time": {"time"},
    "minutes": {"minutes", "time"},
    "email": {"email"},
    "phone": {"phone", "number"},
    "price": {"money", "number", "minutes"},
    "booked_on": {"day", "moment"},
    "cancelled_at": {"day", "moment"},
    "infant_born": {"day", "moment"},
    "zip": {"zip", "number"},
}
_TEXTS = {"client_name", "first_name", "last_name", "therapist", "type", "city", "infant_names"}
_STATES = {
    "rescheduled": r"\bre ?schedul|\bmoved\b|\breprogramad|\bmovid[ao]\b|\bcambiad[ao]\b",
    "no_show": r"\bno ?shows?\b|\bdid not (arrive|attend|come|show)|\bmissed\b|\babsent\b|\bdna\b"
    r"|\bno (se )?(asistio|presento|vino)\b|\bausente\b|\bno presentad",
    "late_cancelled": r"\blate\b.*\bcancel|\bcancel.*\blate\b|\bcancel.*\btarde\b",
    "practice_cancelled": r"\bcancel.*\b(seller|practice|staff|provider|host|clinic|practitioner"
    r"|clinica|profesional|terapeuta)\b|\b(practitioner|provider|staff|clinic) cancel"
    r"|\bdeclined\b",
    "cancelled": r"\bcancel|\banulad",
    "arrived": r"\barrived\b|\battended\b|\bcompleted?\b|\bchecked (in|out)\b|\bshow(ed)?\b"
    r"|\bseen\b|\bkept\b|\bfinished\b|\bdone\b|\bhech[ao]\b|\basistio\b|\bcompletad|\batendid|\brealizad|\bllego\b",
}
_YES = re.compile(r"^(true|yes|y|1|x|si)$")
_DAYS = tuple(
    DayFormats(tuple(compile_format(text) for text in texts))
    for texts in (
        ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m.%d.%Y", "%B %d, %Y", "%d %B %Y", "%d-%b-%Y"),
        ("%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%a %d %B %Y", "%A, %B %d, %Y"),
    )
)
_NUMERIC_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})(?!\d)")


def suggest_columns(headers: Sequence[str], records: Sequence[Record]) -> dict[str, str]:
    """Return field -> header where one fits well; each header is used once at most."""
    shapes = {
        name: find_shape(column) for name, column in _values_by_column(headers, records).items()
    }
    fits = sorted(
        (
            (_compute_fit(field, name, shape), -position, field, name)
            for position, (name, shape) in enumerate(shapes.items())
            for field in _NAMES
        ),
        reverse=True,
    )
    header_by_field: dict[str, str] = {}
    for fit, _, field, name in fits:
        if fit >= _LIKELY and field not in header_by_field and name not in header_by_field.values():
            header_by_field[field] = name
    _drop_extra_times(header_by_field, shapes)
    _drop_extra_names(header_by_field)
    return header_by_field


def suggest_states(headers: Sequence[str], records: Sequence[Record]) -> list[str]:
    """Return the columns that probably hold the state of a visit."""
    state_columns = []
    for name, column in _values_by_column(headers, records).items():
        words = {normalise(text) for text in column if text.strip()}
        if not 0 < len(words) <= MOST_WORDS or find_shape(column) in ("moment", "day", "time"):
            continue
        if _compute_name_score(name, _STATE_NAMES) >= _LIKELY:
            state_columns.append(name)
    return state_columns


def suggest_mark(column: str, word: str) -> str:
    """Return the mark that a word in a column of states probably means, '' for none."""
    if _YES.match(normalise(word)):
        word = column
    plain_word = normalise(word)
    if plain_word in ("false", "no", "0", ""):
        return ""
    return next((mark for mark, pattern in _STATES.items() if re.search(pattern, plain_word)), "")


def find_day_order(texts: Sequence[str]) -> str:
    """Return the order of numeric dates: `mdy`, `dmy` or `either`; '' if there are none."""
    matches = [match for text in texts if (match := _NUMERIC_DAY.match(one_line(text)))]
    if not matches:
        return ""
    first = max(int(match.group(1)) for match in matches)
    second = max(int(match.group(2)) for match in matches)
    if first > 12 >= second:
        return "dmy"
    return "mdy" if second > 12 >= first else "either"


def find_shape(texts: Sequence[str]) -> str:
    """Return the shape of a column's values: moment, day, time, email, ... or text; '' for none.

    Three in four values must have it, so that a few mistakes do not matter.
    """
    samples = [one_line(text) for text in texts if text.strip()][:_SAMPLE_SIZE]
    if not samples:
        return ""
    kinds = [_find_kind(text) for text in samples]
    for kind in ("moment", "day", "time", "email", "zip", "minutes", "phone", "money", "number"):
        if kinds.count(kind) >= _MOST * len(kinds):
            return kind
    figures = {"zip", "minutes", "phone", "money", "number"}
    return "number" if sum(kind in figures for kind in kinds) >= _MOST * len(kinds) else "text"


def normalise(text: str) -> str:
    """Return a text for comparison: lower case, no accents, no punctuation."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    bare = unicodedata.normalize("NFKD", spaced.casefold().replace("'", "").replace("\u2019", ""))
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", letters))


def _values_by_column(headers: Sequence[str], records: Sequence[Record]) -> dict[str, list[str]]:
    """Return the values of each named column; of a repeated name those of the first."""
    columns: dict[str, list[str]] = {}
    for position, name in enumerate(headers):
        if name.strip() and name not in columns:
            columns[name] = [record[position] for record in records if position < len(record)]
    return columns


def _find_kind(text: str) -> str:
    day, time = split_moment(text)
    if any(not isinstance(days.read(day), str) for days in _DAYS):
        return "moment" if time and not isinstance(read_time(time), str) else "day"
    if not isinstance(read_time(text), str):
        return "time"
    if values.parse_email(text):
        return "email"
    if re.fullmatch(r"9\d{4}(-\d{4})?", text):
        return "zip"
    if re.fullmatch(r"\d{1,3}( ?min(ute)?s?\.?)?", text):
        return "minutes"
    if re.fullmatch(r"\$? ?[\d,]+\.\d\d|\$ ?[\d,]+", text):
        return "money"
    if re.fullmatch(r"'?\+?[\d ().-]{10,20}", text) and values.parse_phone(text, "US"):
        return "phone"
    return "number" if re.fullmatch(r"[\d.,]+", text) else "text"


def _compute_fit(field: str, name: str, shape: str) -> float:
    """Return how well a column fits a field, 0 to a little over 100."""
    name_score = _compute_name_score(name, _NAMES[field])
    wanted = _SHAPES.get(field)
    if wanted is None:
        wrong = field in _TEXTS and shape in ("moment", "day", "time", "email", "phone", "money")
        return 0 if wrong else name_score
    if not shape:
        return name_score if name_score >= _SURE else 0
    if shape not in wanted:
        return 0
    # A column of e-mail addresses fits, whatever its name.
    return max(name_score + 2, _LIKELY) if field == shape == "email" else name_score + 2


def _compute_name_score(name: str, names: Sequence[str]) -> float:
    plain_name = normalise(name)
    return max((_compute_similarity(plain_name, candidate) for candidate in names), default=0)


def _compute_similarity(plain_name: str, candidate: str) -> float:
    if plain_name == candidate:
        return _SURE
    if len(candidate) < 4:
        return 0
    # "Client's full name (required)" holds all words of "full name"; "Name" does not.
    within = set(candidate.split()) <= set(plain_name.split())
    return max(fuzz.ratio(plain_name, candidate), 92.0 - len(plain_name.split()) if within else 0)


def _drop_extra_times(header_by_field: dict[str, str], shapes: Mapping[str, str]) -> None:
    """Leave either a whole start or a date and a time, and one column for the end."""
    if "start" in header_by_field:
        header_by_field.pop("start_date", None)
        header_by_field.pop("start_time", None)
        if (
            shapes.get(header_by_field.get("end", "")) == "moment"
            or "end_time" not in header_by_field
        ):
            header_by_field.pop("end_time", None)
    if "end" in header_by_field or "end_time" in header_by_field:
        header_by_field.pop("minutes", None)


def _drop_extra_names(header_by_field: dict[str, str]) -> None:
    """Leave either the whole name or its two parts."""
    if {"first_name", "last_name"} <= header_by_field.keys():
        header_by_field.pop("client_name", None)
    elif "client_name" in header_by_field:
        header_by_field.pop("first_name", None)
        header_by_field.pop("last_name", None)
