"""The browser's way in: `streamlit run app.py`, or `medapp app`.

Navigation and what runs behind it, nothing else.
"""

import streamlit as st

from medapp.ui.shell import frame, server

st.set_page_config(page_title="MedApp", page_icon=frame.MARK, layout="wide")
page = st.navigation(frame.build_navigation())
with frame.open_frame():
    server.start()
    page.run()
server.warm_up()
