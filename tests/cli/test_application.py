"""`medapp app` from a folder that has nothing to do with it."""

import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from browser.serving import find_port, wait_for_answer

from medapp.cli.application import PORT, find_listening, open_app
from medapp.errors import MedAppError


def test_app_is_served_from_any_folder_and_ends_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text('[server]\nbaseUrlPath = "elsewhere"\n')
    (tmp_path / "streamlit.py").write_text("raise SystemExit('a file of the user was imported')\n")
    port = find_port()
    program = Path(sys.executable).with_name("medapp")
    process = subprocess.Popen([program, "app", "--port", str(port)], cwd=tmp_path)
    try:
        wait_for_answer(f"http://127.0.0.1:{port}", process)
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()
        assert b'<div id="root">' in page
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/")


def test_a_port_in_use_is_one_stated_error() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(MedAppError, match=f"Port {port} is in use"):
            open_app(port)


def test_server_listens_on_this_machine_alone() -> None:
    listening = find_listening()
    assert (listening.address, listening.port) == ("127.0.0.1", PORT)
    assert listening.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")


def test_variables_of_the_environment_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    monkeypatch.setenv("STREAMLIT_SERVER_ALLOWED_HOSTS", "reader.example ai.example")
    listening = find_listening()
    assert listening.address == "0.0.0.0"
    assert listening.allowed_hosts == ("reader.example", "ai.example")
