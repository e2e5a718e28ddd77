"""A browser without a window: it speaks Streamlit's websocket protocol, so that a server's answers can be timed without a renderer."""

import threading
import time
from contextlib import ExitStack, suppress
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

PATIENCE_SECONDS = 120.0


class Client:
    """One tab.

    Args:
        url: of the server, such as http://127.0.0.1:8501.
        address: page and query, such as "data_sets?set=1".
    """

    def __init__(self, url: str, address: str = "") -> None:
        self.page, _, self.query = address.partition("?")
        self.fragments: dict[str, float] = {}  # that the page asked to be run again, with their intervals in seconds
        self._page_hash, self._opened = "", ExitStack()
        place = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
        self.socket: ClientConnection = self._opened.enter_context(connect(place, origin=Origin(url), max_size=None))

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the tab."""
        self._opened.close()

    def rerun(self, fragment: str = "") -> tuple[float, int]:
        """Run the page, or one fragment of it: seconds until the server is done, and the bytes it sent.

        Raises:
            AssertionError: the page showed an exception, or is not there.
        """
        ask = BackMsg()
        ask.rerun_script.query_string, ask.rerun_script.page_name = self.query, self.page
        ask.rerun_script.page_script_hash = self._page_hash
        ask.rerun_script.fragment_id, ask.rerun_script.is_auto_rerun = fragment, bool(fragment)
        before = time.perf_counter()
        self.socket.send(ask.SerializeToString())
        size = self._read_to_end(PATIENCE_SECONDS)
        seconds = time.perf_counter() - before
        if fragment:  # it may have asked for its whole page
            with suppress(TimeoutError):
                size += self._read_to_end(0.25)
        return seconds, size

    def _read_to_end(self, patience_seconds: float) -> int:
        """Take what comes until a script is done; the bytes. Raises TimeoutError where nothing begins to come."""
        size, asked = 0, dict[str, float]()
        while True:
            raw = self.socket.recv(timeout=PATIENCE_SECONDS if size else patience_seconds)
            answer, size = ForwardMsg.FromString(raw), size + len(raw)  # type: ignore[arg-type]
            kind = answer.WhichOneof("type")
            assert kind != "page_not_found", f"no page {self.page!r}"
            if kind == "delta":
                assert answer.delta.new_element.WhichOneof("type") != "exception", answer.delta.new_element.exception.message
            elif kind == "navigation":
                self._page_hash = answer.navigation.page_script_hash
            elif kind == "auto_rerun":
                asked[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
            elif kind == "script_finished" and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self.fragments = asked or self.fragments
                return size


class Watcher:
    """A tab that is left open: what its page wants to be run again is run again, on time, in a thread."""

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
        self._thread.join()
        self.client.close()

    def _watch(self) -> None:
        try:
            while not self._ended.wait(next(iter(self.client.fragments.values()))):
                self.seconds.append(self.client.rerun(next(iter(self.client.fragments)))[0])
        except ConnectionClosed:
            if not self._ended.is_set():
                raise
