"""A page of Streamlit's own parts alone, about as many as a page of ours: how soon it answers is the pace of the machine."""

import numpy as np
import pandas as pd
import streamlit as st

with st.sidebar:
    value, *_ = [st.slider(f"Echo {k}", 0, 100, key=f"echo.{k}") for k in range(30)]
st.metric("Echo", value)
years = np.arange(2000, 2050)
points = pd.DataFrame({"year": years, "sine": np.sin(years + value), "cosine": np.cos(years * (value + 1))})
for name in ("sine", "cosine"):
    axes = {axis: {"field": field, "type": "quantitative"} for axis, field in (("x", "year"), ("y", name))}
    st.vega_lite_chart(points, {"mark": "line", "encoding": axes})
work = np.linalg.svd(np.sin(np.add.outer(years, np.arange(300)) * (1.0 + value)))
