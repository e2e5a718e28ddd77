"""A browser without a window: it speaks Streamlit's websocket protocol, so that a server's answers
can be timed without a renderer.
"""

import threading
import time
from contextlib import ExitStack, suppress
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin


class Client:
    """One tab.

    Args:
        url: of the server, such as http://127.0.0.1:8501.
        address: page and query, such as "data_sets?set=1".
    """

    def __init__(self, url: str, address: str = "") -> None:
        self.page, _, self.query = address.partition("?")
        # Fragments that the page asked to be run again, with their intervals in seconds.
        self.fragments: dict[str, float] = {}
        self._page_hash = ""
        self._opened = ExitStack()
        socket = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
        self.socket: ClientConnection = self._opened.enter_context(
            connect(socket, origin=Origin(url), max_size=None)
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the tab."""
        self._opened.close()

    def rerun(self, fragment: str = "", patience_seconds: float = 120.0) -> tuple[float, int]:
        """Run the page, or one fragment of it: seconds until the server is done, and the bytes it
        sent.

        Raises:
            AssertionError: the page showed an exception, or is not there.
            TimeoutError: nothing came for so long.
        """
        ask = BackMsg()
        ask.rerun_script.query_string, ask.rerun_script.page_name = self.query, self.page
        ask.rerun_script.page_script_hash = self._page_hash
        ask.rerun_script.fragment_id, ask.rerun_script.is_auto_rerun = fragment, bool(fragment)
        before = time.perf_counter()
        self.socket.send(ask.SerializeToString())
        size = self._read_to_end(patience_seconds)
        seconds = time.perf_counter() - before
        if fragment:  # A fragment may have asked for its whole page.
            with suppress(TimeoutError):
                size += self._read_to_end(0.25, patience_seconds)
        return seconds, size

    def _read_to_end(self, patience_seconds: float, patience_between: float | None = None) -> int:
        """Take what comes until a script is done; the bytes.

        Once a script has begun its end is waited for `patience_between`.
        """
        size, asked, patience = 0, dict[str, float](), patience_seconds
        while True:
            raw = self.socket.recv(timeout=patience)
            answer, size = ForwardMsg.FromString(raw), size + len(raw)  # type: ignore[arg-type]
            kind = answer.WhichOneof("type")
            assert kind != "page_not_found", f"no page {self.page!r}"
            if kind == "delta":
                assert answer.delta.new_element.WhichOneof("type") != "exception", (
                    answer.delta.new_element.exception.message
                )
            elif kind == "new_session":
                patience = patience_between or patience_seconds
            elif kind == "navigation":
                self._page_hash = answer.navigation.page_script_hash
            elif kind == "auto_rerun":
                asked[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
            elif (
                kind == "script_finished"
                and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                self.fragments = asked or self.fragments
                return size


class Watcher:
    """A tab that is left open: what its page wants to be run again is run again, on time, in a
    thread.
    """

    def __init__(self, url: str, address: str) -> None:
        self.client, self.seconds = Client(url, address), list[float]()
        self.client.rerun()
        assert self.client.fragments, f"{address} does not ask to be run again"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        """Close the tab."""
        self._ended.set()
        self.client.close()
        self._thread.join()

    def _watch(self) -> None:
        """As a browser does: a tick that the server took together with the one before it gets no
        answer of its own, and is let go.
        """
        # The tab was closed; that a server has gone is noticed by the one who measures it.
        with suppress(ConnectionClosed):
            while not self._ended.wait(next(iter(self.client.fragments.values()))):
                fragment = next(iter(self.client.fragments))
                with suppress(TimeoutError):
                    seconds, _ = self.client.rerun(fragment, patience_seconds=5.0)
                    self.seconds.append(seconds)
