"""How long from `streamlit run app.py` to the first page that says something, beside `streamlit
hello`?

    python -m benchmarks.browser.startup

Both start a server on a free port; a Chromium that is open already asks for the page until it
answers, and the clock stops when the page's title can be read.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

from playwright.sync_api import Browser, Error, sync_playwright

from benchmarks.kit.alternate import alternate, ratio
from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.kit.serving import FLAGS, ROOT, find_chromium, find_port

HELLO = "Welcome to Streamlit"
OURS = "From medical images to a model that shows why"


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, takes_folder=False, repeats=7)
    options = parser.parse_args(arguments)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        ways = {
            "hello": start_and_see(browser, ["hello"], HELLO),
            "app": start_and_see(browser, ["run", "app.py"], OURS),
        }
        measured = alternate(ways, options.repeats)
        browser.close()
    hello, app = (statistics.median(measured[name]) for name in ways)
    print(f"{options.repeats} rounds, medians: streamlit hello {hello:.2f} s, this app {app:.2f} s")
    slower = ratio(measured["app"], measured["hello"])
    what = "from the command to the first page that can be read"
    return [Claim("9", what, "streamlit hello", slower, 1.5, is_ceiling=True)]


def start_and_see(browser: Browser, arguments: list[str], title: str) -> Callable[[], float]:
    """A function that starts a server, waits for a page's title, stops the server, and gives the
    seconds to the title.
    """

    def timed() -> float:
        port = find_port()
        quiet = f"--server.port {port} --server.headless true --browser.gatherUsageStats false"
        home = tempfile.TemporaryDirectory()
        page = browser.new_page()
        before = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", *arguments, *quiet.split()],
            cwd=ROOT,
            env={**os.environ, "MEDAPP_HOME": home.name},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not answers(page.goto, f"http://127.0.0.1:{port}"):
                assert server.poll() is None, "the server ended"
                time.sleep(0.02)
            page.get_by_text(title).first.wait_for(timeout=120_000)
            return time.perf_counter() - before
        finally:
            page.close()
            server.terminate()
            server.wait(timeout=30)
            home.cleanup()

    return timed


def answers(go: Callable[[str], object], url: str) -> bool:
    try:
        go(url)
    except Error:
        return False
    return True


if __name__ == "__main__":
    for claim in main():
        print(claim)
