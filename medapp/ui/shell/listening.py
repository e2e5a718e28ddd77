"""Where the server listens, who can reach it there, and what is said of that at its start."""

import contextlib
import functools
import sys
from collections.abc import AsyncIterator, Sequence

import streamlit as st
from starlette.middleware import Middleware

from medapp.errors import MedAppError
from medapp.ui.shell.guard import Guard, is_on_this_machine, make_token
from medapp.ui.shell.server import hold_uploads, log_to_terminal

ADDRESS = "server.address"
PORT = "server.port"


@functools.cache
def find_token() -> str | None:
    """The secret of this server; None where only its own machine reaches it."""
    return None if is_on_this_machine(st.get_option(ADDRESS)) else make_token()


def build_guard() -> list[Middleware]:
    """What stands before Streamlit's own answers."""
    return [Middleware(Guard, token=find_token())]


@contextlib.asynccontextmanager
async def announce(app: object) -> AsyncIterator[None]:
    """Say in the terminal where the server is reached, and by whom."""
    lines = describe_listening(
        st.get_option(ADDRESS),
        st.get_option(PORT),
        find_token(),
        st.get_option("server.allowedHosts"),
    )
    log_to_terminal()
    with contextlib.suppress(MedAppError):
        # Uploads that a killed server left go now. What is wrong with the workspace, pages say.
        hold_uploads()
    print("", *lines, "", sep="\n", file=sys.stderr)  # noqa: T201 - the server's own greeting
    yield
    with contextlib.suppress(MedAppError):
        hold_uploads().close()


def describe_listening(
    address: str | None, port: int, token: str | None, allowed_hosts: Sequence[str]
) -> list[str]:
    """The address to open, and who else can reach it, in lines.

    Args:
        address: of the network interface; None or "" for all of them.
        token: what guards the server; None for nothing.
        allowed_hosts: names under which a browser may ask for the pages; empty for any.
    """
    if token is None:
        return [
            f"MedApp is at http://localhost:{port}",
            "It is reached from this machine alone, by all who are logged in here: MedApp asks for"
            " no password.",
        ]
    is_everywhere = address in (None, "", "0.0.0.0", "::")
    hosts = ", ".join(allowed_hosts) or "any name"
    return [
        f"MedApp is at http://{'localhost' if is_everywhere else address}:{port}/?token={token}",
        f"CAREFUL: it listens on {'every network of this machine' if is_everywhere else address}."
        " Whoever has this address with its token can see all data sets, folders and models that"
        " you can, and delete what is in the workspace. The connection is not encrypted.",
        f"It answers to these names of the host: {hosts}. STREAMLIT_SERVER_ALLOWED_HOSTS sets"
        " others.",
    ]
