"""A small page with known faults: the browser harness is tried on it."""

import pandas as pd
import streamlit as st

st.set_page_config(page_title="Harness", page_icon="🌿")
st.title("Harness")
st.file_uploader("A file")
st.dataframe(pd.DataFrame({"city": ["Oakland"]}), on_select="rerun")
if "picture" in st.query_params:
    st.html("<img src='app/static/none.png'>")
if "outside" in st.query_params:
    st.html("<img alt='outside' src='https://outside.example/picture.png'>")
