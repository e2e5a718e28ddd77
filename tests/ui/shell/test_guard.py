"""Who may ask a server that listens beyond its machine, over http and over the websocket."""

import asyncio
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from browser.serving import ROOT, find_port, wait_for_answer
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from medapp.ui.shell.guard import POLICY, Guard, Message, Scope, is_on_this_machine
from medapp.ui.shell.listening import describe_listening

TOKEN = "t0ken"


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("workstation", False),
        ("", False),
        (None, False),
    ],
)
def test_only_a_loopback_address_is_on_this_machine(address: str | None, is_here: bool) -> None:
    assert is_on_this_machine(address) is is_here


async def _serve(scope: Scope, receive: object, send: object) -> None:
    """An app that answers to all."""
    kind = "http.response.start" if scope["type"] == "http" else "websocket.accept"
    await send({"type": kind, "status": 200, "headers": []})  # type: ignore[operator]


def _ask(
    token: str | None, kind: str, path: str = "/", query: str = "", cookie: str = ""
) -> Message:
    """The first message that the guarded app answers with."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": f"{kind}.connect"}

    headers = [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": kind, "path": path, "query_string": query.encode(), "headers": headers}
    asyncio.run(Guard(_serve, token)({**scope, "server": ("x", 80)}, receive, send))
    return sent[0]


@pytest.mark.parametrize("cookie", ["", "medapp-80=", "medapp-80=T0ken", "medapp-81=t0ken", "=;;"])
def test_without_the_token_nothing_is_answered(cookie: str) -> None:
    for path in ("/", "/train", "/_stcore/upload_file/a/b", "/media/x.png", "/_stcore/healthz"):
        assert _ask(TOKEN, "http", path, "token=wrong", cookie)["status"] == 403
    assert _ask(TOKEN, "websocket", "/_stcore/stream", "token=t0ken", cookie) == {
        "type": "websocket.close",
        "code": 1008,
    }


def test_the_token_in_the_address_becomes_a_cookie_and_leaves_the_address() -> None:
    answer = _ask(TOKEN, "http", "//evil.example/train", "token=t0ken&run=a%20b")
    headers = dict(answer["headers"])
    assert answer["status"] == 303
    assert headers[b"location"] == b"/evil.example/train?run=a+b"
    assert headers[b"set-cookie"] == b"medapp-80=t0ken; Path=/; HttpOnly; SameSite=Lax"


def test_the_cookie_opens_pages_and_the_websocket() -> None:
    cookie = "other=1; medapp-80=t0ken"
    assert _ask(TOKEN, "http", cookie=cookie)["status"] == 200
    assert _ask(TOKEN, "websocket", "/_stcore/stream", cookie=cookie)["type"] == "websocket.accept"


def test_health_and_a_server_of_this_machine_need_no_token() -> None:
    assert _ask(TOKEN, "http", "/_stcore/health")["status"] == 200
    assert _ask(None, "http")["status"] == 200


def test_each_answer_forbids_other_hosts() -> None:
    for answer in (_ask(None, "http"), _ask(TOKEN, "http")):
        assert (b"content-security-policy", POLICY.encode()) in answer["headers"]
    assert "http:" not in POLICY
    assert "*" not in POLICY


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """README's command on every network: its address, and what it printed."""
    home = tmp_path_factory.mktemp("open")
    port = find_port()
    arguments = ["run", "app.py", "--server.address", "0.0.0.0", "--server.port", str(port)]
    said = home / "said.txt"
    with said.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", *arguments],
            cwd=ROOT,
            env={**os.environ, "MEDAPP_HOME": str(home / "home")},
            stdout=file,
            stderr=file,
        )
    url = f"http://127.0.0.1:{port}"
    wait_for_answer(url, process)
    yield url, said.read_text()
    process.terminate()
    process.wait(timeout=30)


def test_readmes_command_beyond_this_machine_says_so_and_is_guarded(
    open_server: tuple[str, str],
) -> None:
    url, said = open_server
    assert "CAREFUL: it listens on every network of this machine." in said
    token = said.partition("/?token=")[2].split()[0]
    assert len(token) == 32
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url)
    jar = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    assert b'<div id="root">' in jar.open(f"{url}/train?token={token}").read()
    asyncio.run(_knock(url, token))


async def _knock(url: str, token: str) -> None:
    """The websocket is refused without the cookie, also where a browser's own origin asks."""
    stream = url.replace("http", "ws") + "/_stcore/stream"
    for address in (stream, f"{stream}?token={token}"):
        with pytest.raises(InvalidStatus, match="403"):
            await connect(address, origin=url)  # type: ignore[arg-type]
    cookie = {"Cookie": f"medapp-{url.rpartition(':')[2]}={token}"}
    async with connect(stream, origin=url, additional_headers=cookie) as socket:  # type: ignore[arg-type]
        await socket.close()


def test_what_is_said_at_the_start() -> None:
    here = " ".join(describe_listening("127.0.0.1", 8501, None, ["localhost"]))
    assert "http://localhost:8501" in here
    assert "reached from this machine alone" in here
    there = " ".join(describe_listening("10.0.0.5", 80, TOKEN, []))
    assert "http://10.0.0.5:80/?token=t0ken" in there
    assert "CAREFUL: it listens on 10.0.0.5." in there
