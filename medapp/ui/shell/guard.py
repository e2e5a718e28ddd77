"""What stands before the server's answers: who may ask, and what a page may do in the browser.

A plain ASGI wrapper, because those of Starlette's own kind never see the websocket, over which
Streamlit sends all of a page.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http import cookies
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# What tells a monitor that the server is well, and nothing else, is open to all.
HEALTH = "/_stcore/health"
# A page fetches from its own server alone. Streamlit brings its elements' scripts as text, which
# needs "unsafe-eval", "blob:" and "unsafe-inline"; nothing that a user or a file says becomes one.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
REFUSAL = (
    b"This server of MedApp answers only to those who have its address with the token: the address"
    b" was printed where the server was started. Open that one."
)


def is_on_this_machine(address: str | None) -> bool:
    """Whether a server at this address is reached from its own machine alone.

    None and "" listen on every network.
    """
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "0.0.0.0").is_loopback
    except ValueError:
        # The name of an interface, of which nothing is known.
        return False


def make_token() -> str:
    """A new secret, 32 letters long."""
    return secrets.token_urlsafe(24)


class Guard:
    """Wraps an app: each answer carries `HEADERS`; without the token there is none.

    The token comes in the address (`?token=`) once, and stays in a cookie.

    Args:
        token: None where everybody who reaches the server may ask.
    """

    def __init__(self, app: App, token: str | None) -> None:
        self.app = app
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        is_open = self.token is None or kind == "lifespan" or scope["path"] == HEALTH
        if is_open or self._is_known(_read_cookie(scope)):
            await self.app(scope, receive, _add_headers(send))
        elif kind == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif self._is_known(dict(_read_query(scope)).get("token", "")):
            await self._let_in(scope, _add_headers(send))
        else:
            await _answer(_add_headers(send), 403, [], REFUSAL)

    def _is_known(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), (self.token or "").encode())

    async def _let_in(self, scope: Scope, send: Send) -> None:
        """Give the cookie, and lead to the address without the token, which others might read."""
        rest = [(name, value) for name, value in _read_query(scope) if name != "token"]
        # Several leading slashes would name another host.
        place = "/" + scope["path"].lstrip("/") + (f"?{urlencode(rest)}" if rest else "")
        cookie = f"{_name_cookie(scope)}={self.token}; Path=/; HttpOnly; SameSite=Lax"
        headers = [(b"location", _quote(place)), (b"set-cookie", cookie.encode())]
        await _answer(send, 303, headers, b"")


def _quote(place: str) -> bytes:
    # A line break in a decoded path would begin another header.
    return quote(place, safe="/?&=%+:~").encode()


def _read_query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _name_cookie(scope: Scope) -> str:
    """Of one port: a browser sends a host's cookies to all of its ports."""
    server = scope.get("server")
    return f"medapp-{server[1] if server else 0}"


def _read_cookie(scope: Scope) -> str:
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
    try:
        found = cookies.SimpleCookie("; ".join(lines)).get(_name_cookie(scope))
    except cookies.CookieError:
        return ""
    return found.value if found else ""


def _add_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS]
        await send(message)

    return send_with_headers


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    plain = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [plain, *headers]})
    await send({"type": "http.response.body", "body": body})
