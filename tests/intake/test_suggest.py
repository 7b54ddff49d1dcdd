"""Suggested fields of an unknown table's columns: headers of other systems, in two languages."""

import pytest

from allay_metrics.intake.column_suggestions import (
    find_day_order,
    find_shape,
    suggest_columns,
    suggest_mark,
    suggest_states,
)

SQUARE = {
    "Booking ID": "b0ab12cd",
    "Start Date & Time": "2026-11-09T17:00:00Z",
    "Duration (minutes)": "60",
    "Customer Name": "Ada Moss",
    "Customer Email": "ada@example.com",
    "Customer Phone": "+14155550100",
    "Team Member": "Maya Lopez",
    "Service": "Infant CST",
    "Price": "$165.00",
    "Booking Status": "ACCEPTED",
    "Created At": "2026-10-20T17:00:00Z",
    "Customer Note": "gate 12",
    "Address": "12 Main St, Oakland",
}
CLINIKO = {
    "appointment_id": "9007199254740993",
    "starts_at": "2026-11-09 09:00:00 -0800",
    "ends_at": "2026-11-09 10:00:00 -0800",
    "patient_first_name": "Ada",
    "patient_last_name": "Moss",
    "practitioner_name": "Maya Lopez",
    "appointment_type": "Lactation",
    "cancelled_at": "",
    "did_not_arrive": "false",
    "patient_arrived": "true",
    "created_at": "2026-10-20 09:00:00 -0800",
    "notes": "",
}
MINDBODY = {
    "Appointment Date": "11/09/2026",
    "Start Time": "9:00 AM",
    "End Time": "10:00 AM",
    "Client Name": "Ada Moss",
    "Staff Name": "Maya Lopez",
    "Session Type": "Prenatal massage",
    "Status": "Completed",
    "Client City": "Oakland",
    "Zip Code": "94607",
}
SPANISH = {
    "Fecha": "09/11/2026",
    "Hora de inicio": "9:00",
    "Duración": "60 min",
    "Nombre del cliente": "Ada Moss",
    "Teléfono": "(415) 555-0100",
    "Correo electrónico": "ada@example.com",
    "Terapeuta": "Maya López",
    "Servicio": "Lactancia",
    "Precio": "165.00",
    "Ciudad": "Oakland",
    "Código postal": "94607",
    "Estado": "Asistió",
    "Notas": "",
    "Fecha de nacimiento": "01/09/2026",
}
SHEET = {
    "When": "11/9/2026 9:00 AM",
    "Mins": "60",
    "Family": "Moss",
    "Who goes": "Maya",
    "What": "CST",
    "$": "165.00",
}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (SQUARE, {
            "source_key": "Booking ID", "start": "Start Date & Time",
            "minutes": "Duration (minutes)", "client_name": "Customer Name",
            "email": "Customer Email", "phone": "Customer Phone", "therapist": "Team Member",
            "type": "Service", "price": "Price", "booked_on": "Created At",
            "notes": "Customer Note", "address": "Address",
        }),
        (CLINIKO, {
            "source_key": "appointment_id", "start": "starts_at", "end": "ends_at",
            "first_name": "patient_first_name", "last_name": "patient_last_name",
            "therapist": "practitioner_name", "type": "appointment_type",
            "cancelled_at": "cancelled_at", "booked_on": "created_at", "notes": "notes",
        }),
        (MINDBODY, {
            "start_date": "Appointment Date", "start_time": "Start Time", "end_time": "End Time",
            "client_name": "Client Name", "therapist": "Staff Name", "type": "Session Type",
            "city": "Client City", "zip": "Zip Code",
        }),
        (SPANISH, {
            "start_date": "Fecha", "start_time": "Hora de inicio", "minutes": "Duración",
            "client_name": "Nombre del cliente", "phone": "Teléfono",
            "email": "Correo electrónico", "therapist": "Terapeuta", "type": "Servicio",
            "price": "Precio", "city": "Ciudad", "zip": "Código postal", "notes": "Notas",
            "infant_born": "Fecha de nacimiento",
        }),
    ],
    ids=["Square", "Cliniko", "Mindbody", "Spanish"],
)  # fmt: skip
def test_foreign_headers_are_taken_for_ours(row, expected):
    assert suggest_columns(list(row), [list(row.values())] * 3) == expected


def test_what_names_do_not_say_is_left_to_the_person():
    suggested = suggest_columns(list(SHEET), [list(SHEET.values())] * 3)
    assert suggested["start"] == "When"
    assert suggested["client_name"] == "Family"
    assert "Who goes" not in suggested.values()
    assert "What" not in suggested.values()


def test_a_name_is_not_enough_where_values_say_otherwise():
    assert suggest_columns(["Start", "Client"], [["yes", "2026-11-09"], ["no", "2026-11-10"]]) == {}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (SQUARE, ["Booking Status"]),
        (CLINIKO, ["did_not_arrive", "patient_arrived"]),
        (MINDBODY, ["Status"]),
        (SPANISH, ["Estado"]),
        (SHEET, []),
    ],
)
def test_columns_of_states_are_found(row, expected):
    assert suggest_states(list(row), [list(row.values())] * 3) == expected


@pytest.mark.parametrize(
    ("column", "word", "mark"),
    [
        ("Booking Status", "ACCEPTED", ""),
        ("Booking Status", "NO_SHOW", "no_show"),
        ("Booking Status", "CANCELLED_BY_CUSTOMER", "cancelled"),
        ("Booking Status", "CANCELLED_BY_SELLER", "practice_cancelled"),
        ("Booking Status", "DECLINED", "practice_cancelled"),
        ("did_not_arrive", "true", "no_show"),
        ("did_not_arrive", "false", ""),
        ("patient_arrived", "true", "arrived"),
        ("Status", "Completed", "arrived"),
        ("Status", "Late cancel", "late_cancelled"),
        ("Status", "Rescheduled", "rescheduled"),
        ("Status", "Confirmed", ""),
        ("Estado", "Asistió", "arrived"),
        ("Estado", "No asistió", "no_show"),
        ("Estado", "Cancelada", "cancelled"),
        ("Estado", "Reprogramada", "rescheduled"),
    ],
)
def test_words_of_states_are_understood(column, word, mark):
    assert suggest_mark(column, word) == mark


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2026", "11/12/2026"], "either"),
        (["03/04/2026", "11/13/2026"], "mdy"),
        (["03/04/2026 9:00", "13/11/2026 9:00"], "dmy"),
        (["13/11/2026", "11/13/2026"], "either"),
        (["2026-11-03", "3 Nov 2026", ""], ""),
    ],
)
def test_the_order_of_a_date_is_known_or_asked_for(texts, order):
    assert find_day_order(texts) == order


@pytest.mark.parametrize(
    ("texts", "shape"),
    [
        (["11/9/2026 9:00 AM", "13/9/2026 9:00 AM"], "moment"),
        (["2026-11-09", "Nov 9, 2026"], "day"),
        (["9:00", "1:30 pm"], "time"),
        (["94607", "94110-1234"], "zip"),
        (["60", "45 min"], "minutes"),
        (["$165.00", "1,180.00"], "money"),
        (["(415) 555-0100", "'+14155550100"], "phone"),
        (["Ada", "Bea"], "text"),
        (["", " "], ""),
    ],
)
def test_values_say_what_a_column_is(texts, shape):
    assert find_shape(texts) == shape
