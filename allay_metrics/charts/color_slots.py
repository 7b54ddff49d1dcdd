"""Colour placeholders.

Streamlit's front end replaces these placeholders in a figure by the colours of the current theme
(`[theme.light]` and `[theme.dark]` of .streamlit/config.toml), so one figure serves both themes.
They are internal to Streamlit: a test compares them with Streamlit's own list, so that an upgrade
that renames them is noticed.
"""

CST, LACTATION, MASSAGE, OTHER = "#000001", "#000002", "#000003", "#000004"
ACCENT, SIGNAL = "#000005", "#000006"
LAND, COUNTY_LINE, MUTED, INK = "#000007", "#000008", "#000009", "#000010"
RAMP = tuple(f"#0000{slot}" for slot in range(11, 21))
CARD = "#000025"
WATER = RAMP[0]
CLEAR = "rgba(0,0,0,0)"

# (key, word, fill), always in this order: position and word identify a type, not colour alone.
TYPES = (
    ("cst", "CST", CST),
    ("lactation", "Lactation", LACTATION),
    ("massage", "Massage", MASSAGE),
    ("other", "Other", OTHER),
)
