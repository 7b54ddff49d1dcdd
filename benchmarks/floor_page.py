"""The floor: a Streamlit page with 8 ready-made Plotly figures and 6 metrics, no data work."""

import plotly.graph_objects as go
import streamlit as st

CITIES = ("All cities", "Oakland", "San Francisco", "Berkeley", "San Jose")


@st.cache_resource
def ready_made() -> dict[str, list[go.Figure]]:
    """Return eight figures of 104 weeks and 12 cities for each choice."""
    weeks, names = list(range(104)), [f"City {number}" for number in range(12)]
    figures = {}
    for shift, city in enumerate(CITIES):
        of_city = []
        for number in range(8):
            if number % 2:
                values = [(number * name * 7 + shift * 3) % 40 for name in range(12)]
                parts = [go.Bar(x=names, y=values)]
            else:
                parts = [
                    go.Bar(x=weeks, y=[(week * (part + 1) + shift) % 23 for week in weeks])
                    for part in range(3)
                ]
            of_city.append(go.Figure(parts, {"height": 300, "barmode": "stack"}))
        figures[city] = of_city
    return figures


st.set_page_config(page_title="Floor", layout="wide")
city = st.selectbox("City", CITIES, key="city")
for place, label in zip(st.columns(6), "abcdef", strict=True):
    place.metric(label, len(city) * ord(label))
left, right = st.columns(2)
for index, figure in enumerate(ready_made()[city]):
    with left if index % 2 else right:
        st.plotly_chart(figure, key=f"figure-{index}")
