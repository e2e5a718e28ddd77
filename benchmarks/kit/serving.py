"""The app's server and the browser as the tests start them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
from browser.serving import FLAGS, ROOT, Server, find_chromium, find_port, start_server

__all__ = ["FLAGS", "ROOT", "Server", "find_chromium", "find_port", "start_server"]
