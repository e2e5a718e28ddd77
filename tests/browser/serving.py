"""A server of the app in a process of its own, and the browser that is on this machine."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from medapp.store.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """The browser that `MEDAPP_CHROMIUM` names, else the first on the PATH."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return os.environ.get("MEDAPP_CHROMIUM") or next(
        (path for name in names if (path := shutil.which(name))), None
    )


@dataclass
class Server:
    """A running app."""

    url: str
    workspace: Workspace
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def find_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start_server(home: Path, script: str = "app.py") -> Server:
    """`streamlit run app.py`, or another script, on a free port, answering."""
    port = find_port()
    environment = {**os.environ, "MEDAPP_HOME": str(home)}
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    wait_for_answer(url, process)
    return Server(url, Workspace(home), process)


def wait_for_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the server says that it is well, at most two minutes.

    Raises:
        RuntimeError: the server ended, or did not answer.
    """
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).read()
            return
        except OSError:
            try:
                process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
            break
    raise RuntimeError("the server ended, or did not answer within two minutes")
