"""The entry point: the current user, her pages, and the frame around the open one."""

import streamlit as st

from allay_metrics import ui

st.set_page_config(
    page_title="Allay", page_icon="🌿", layout="wide", initial_sidebar_state="collapsed"
)
ui.style()
PAGES = [
    st.Page(
        "pages/owner/week.py", title="Week", icon=":material/calendar_view_week:", default=True
    ),
    st.Page(
        "pages/owner/cities.py", title="Cities", icon=":material/location_on:", url_path="cities"
    ),
    st.Page(
        "pages/owner/visit_types.py",
        title="Visit types",
        icon=":material/category:",
        url_path="types",
    ),
    st.Page(
        "pages/owner/outcomes.py",
        title="Outcomes",
        icon=":material/timeline:",
        url_path="outcomes",
    ),
    st.Page(
        "pages/practice/records.py",
        title="Records",
        icon=":material/upload_file:",
        url_path="records",
    ),
    st.Page(
        "pages/practice/check_ins.py",
        title="Check-ins",
        icon=":material/forum:",
        url_path="check-ins",
    ),
    st.Page(
        "pages/owner/therapists.py",
        title="Therapists",
        icon=":material/groups:",
        url_path="therapists",
    ),
    st.Page(
        "pages/practice/settings.py",
        title="Practice",
        icon=":material/tune:",
        url_path="practice",
    ),
    st.Page(
        "pages/practice/definitions.py",
        title="Definitions",
        icon=":material/menu_book:",
        url_path="definitions",
    ),
    st.Page(
        "pages/practice/people.py",
        title="People",
        icon=":material/badge:",
        url_path="people",
        visibility="hidden",
    ),
    st.Page(
        "pages/practice/me.py",
        title="My sign-in",
        icon=":material/key:",
        url_path="me",
        visibility="hidden",
    ),
]
THERAPIST_PAGES = [
    st.Page(
        "pages/therapist/caseload.py",
        title="Caseload",
        icon=":material/today:",
        url_path="caseload",
    ),
    st.Page(
        "pages/therapist/baby.py",
        title="Baby",
        icon=":material/child_care:",
        url_path="baby",
        visibility="hidden",
    ),
]
BOTH = [page for page in PAGES if page.url_path in ("check-ins", "definitions", "me")]
therapist_pages = [
    st.Page(ui.to_caseload, title="Allay", url_path="home", default=True),
    *THERAPIST_PAGES,
    *BOTH,
]
with ui.problems_shown():  # reading the user queries the records, which may be damaged
    here = st.navigation(
        therapist_pages if ui.is_therapist() else [*PAGES, *THERAPIST_PAGES], position="hidden"
    )
    with ui.frame(PAGES, [*THERAPIST_PAGES, *BOTH], here):
        here.run()
