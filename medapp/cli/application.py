"""`medapp app`: the pages, served on this machine alone."""

import os
import signal
import socket
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from types import FrameType
from typing import Annotated

import typer

from medapp.errors import MedAppError
from medapp.store.shipped import APP, FOLDER, SETTINGS
from medapp.store.workspace import find_workspace

PORT = 8501


@dataclass(frozen=True)
class Listening:
    """Where the server is reached.

    Attributes:
        address: of the network interface; 127.0.0.1 is reached from this machine alone.
        allowed_hosts: names under which a browser may ask for the pages; others are refused.
    """

    address: str
    port: int
    allowed_hosts: tuple[str, ...]


def open_app(
    port: Annotated[int, typer.Option(help="Where to listen, on this machine only.")] = PORT,
) -> None:
    """Serve the pages; their address is printed.

    Ctrl-C ends the server.
    """
    if is_port_taken(port):
        raise MedAppError(
            f"Port {port} is in use.",
            remedy=(
                f"Where that is MedApp, open http://127.0.0.1:{port}; else choose another port with"
                " --port."
            ),
        )
    environment = {**os.environ, "MEDAPP_HOME": str(find_workspace().root)}
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port)]
    # Streamlit reads .streamlit/config.toml of the working folder too, and Python looks there for
    # modules first.
    server = subprocess.Popen(command, cwd=FOLDER, env=environment)
    asked: list[int] = []

    def end_server(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        server.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end_server)
    status = server.wait()
    # The server closes what is open, and then dies of the signal that it was sent.
    raise typer.Exit(0 if asked and status == -signal.SIGTERM else abs(status))


def find_listening(port: int = PORT) -> Listening:
    """Where `medapp app` would listen.

    Streamlit's variables of the environment come before the settings that MedApp brings.
    """
    settings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["server"]
    hosts = os.environ.get("STREAMLIT_SERVER_ALLOWED_HOSTS")
    return Listening(
        os.environ.get("STREAMLIT_SERVER_ADDRESS") or settings["address"],
        port,
        tuple(hosts.split() if hosts else settings["allowedHosts"]),
    )


def is_port_taken(port: int) -> bool:
    """Whether somebody answers at a port of this machine already."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0
