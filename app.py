"""The browser's way in: `streamlit run app.py`, or `medapp app`.

Streamlit imports this file once, for the server, and then runs it for each look at a page.
"""

import streamlit as st

from medapp.ui.shell import frame, guide, listening, server

if __name__ == "__main__":
    st.set_page_config(page_title="MedApp", page_icon=frame.MARK, layout="wide")
    page = st.navigation(frame.build_navigation())
    with frame.open_frame():
        server.start()
        page.run()
    guide.draw_guide()
    server.warm_up()
else:
    app = st.App(__file__, middleware=listening.build_guard(), lifespan=listening.announce)
