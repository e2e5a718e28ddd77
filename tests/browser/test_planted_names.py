"""Names, identifiers and dates planted in DICOM headers reach no browser.

Not as text of a page, as an attribute, in its address, in what the server sends over the websocket
or in a download: every page is walked with a disc of such files.
"""

import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.serving import Server
from planting import find_planted, plant, write_dicom
from playwright.sync_api import Page, Response, WebSocket, expect

from medapp.data.catalog import Catalog
from medapp.runs.making import list_runs
from medapp.session import Session
from medapp.store.workspace import open_workspace

pytestmark = pytest.mark.browser

PAGES = (
    *("", "data_sets", "train", "models", "compare", "data_sets?set={data}"),
    *(f"data_sets?set={{data}}&view={view}" for view in ("Map", "Audit", "Audit&finding=0")),
    *(f"data_sets?set={{data}}&view={view}" for view in ("Edits", "Split", "Preprocess")),
    *("data_sets?set={data}&view=Derive", "data_sets?set={data}&view=Manage"),
    *("data_sets?set={data}&image={image}", "train?run={run}", "models?model={run}"),
    *(f"models?model={{run}}&show={show}" for show in ("Curves", "Settings", "Manage")),
    *(f"models?model={{run}}&show={show}" for show in ("Threshold", "Probabilities", "Subgroups")),
    "models?model={run}&show=Failures",
    *("models?model={run}&show=Another+data+set", "predict?by={run}"),
    "predict?by={run}&sample={image}&of={data}",
)


class Watch:
    """All that a browser is sent and shows, and what was planted in it."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.counts: Counter[str] = Counter()
        self.has_seen_a_file = False

    def read(self, where: str, content: str | bytes) -> None:
        content = content.encode() if isinstance(content, str) else content
        self.found += [(where, word) for word in find_planted(content)]
        self.counts[where.partition(" ")[0]] += 1
        self.has_seen_a_file |= b"IM00" in content

    def follow(self, page: Page) -> None:
        """Read each frame of the page's websockets, and what its requests are answered."""
        page.on("websocket", self._follow_socket)
        page.on("response", self._read_response)

    def _follow_socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda content: self.read("frame", content))
        socket.on("framesent", lambda content: self.read("sent", content))

    def _read_response(self, response: Response) -> None:
        self.read(f"address {response.url}", response.url)
        self.read(f"header {response.url}", str(response.headers))

    def look(self, page: Page) -> None:
        """Read what a page shows: its elements with their attributes, its text, its address."""
        expect(page.get_by_text("Research use only. Not a medical device.").first).to_be_visible()
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        self.read(f"page {page.url}", page.content())
        self.read(f"text {page.url}", page.inner_text("body"))
        self.read(f"address {page.url}", page.url)


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    """Twenty-four planted files of two classes, and one that is cut off in the middle."""
    root = tmp_path / "hospital"
    for seed in range(24):
        write_dicom(root / "ab"[seed % 2] / f"IM{seed:02d}", seed, 150 * (seed % 2))
    whole = (root / "a" / "IM00").read_bytes()
    (root / "a" / "IM98").write_bytes(whole[: len(whole) - 900])
    return root


def test_planted_words_reach_no_browser(
    server: Server, open_page: Callable[..., Page], disc: Path
) -> None:
    assert find_planted((disc / "a" / "IM00").read_bytes()) == plant()[1]
    watch = Watch()
    page = open_page("about:blank")
    watch.follow(page)
    page.goto(f"{server.url}/data_sets?add=folder")
    path = page.get_by_role("textbox", name="Path", exact=True)
    path.fill(str(disc))
    path.press("Enter")
    expect(page.get_by_text("12 patients")).to_be_visible()
    watch.look(page)
    page.get_by_role("button", name="Register").last.click()
    expect(page.get_by_role("heading", level=1, name="hospital", exact=True)).to_be_visible()
    watch.look(page)
    audit_and_train(server)
    ids = list_ids(server)
    for way in PAGES:
        page.goto(f"{server.url}/{way.format(**ids)}")
        watch.look(page)
    predict_folder(page, watch, f"{server.url}/predict?by={ids['run']}", disc / "a")
    export_run(page, watch, f"{server.url}/models?model={ids['run']}&show=Manage")
    assert watch.has_seen_a_file
    assert min(watch.counts[where] for where in ("frame", "page", "text", "header")) > 20
    assert watch.found == []


def audit_and_train(server: Server) -> None:
    """An audit and a model, as another window of the app would make them."""
    session = Session(open_workspace(server.workspace.root))
    session.audit("hospital")
    session.train("hospital", strategy="linear-probe", image_size=32)


def list_ids(server: Server) -> dict[str, str]:
    """What the addresses of pages name."""
    catalog = Catalog(server.workspace)
    (data,) = catalog.list_data_sets()
    (run,) = list_runs(server.workspace)
    image = catalog.load_samples(data, split="test", limit=1)[0]
    return {"data": str(data.id), "run": run.id, "image": str(image.id)}


def predict_folder(page: Page, watch: Watch, address: str, folder: Path) -> None:
    """Predict files that stand in no data set, from their folder and as an upload."""
    page.goto(f"{address}&from=A+folder+on+this+machine&folder={folder}")
    page.get_by_role("button", name="Predict all images in it").click()
    expect(page.locator(".pane canvas:not(.windowed)").first).to_be_visible()
    watch.look(page)
    for name in ("Probabilities (CSV)", "heatmaps (zip)"):
        read_download(page, watch, name)
    page.goto(f"{address}&from=Upload")
    page.locator("input[type=file]").set_input_files([folder / "IM02", folder / "IM98"])
    expect(page.get_by_role("button", name="Forget what was uploaded")).to_be_visible()
    expect(page.locator(".pane canvas:not(.windowed)").first).to_be_visible()
    watch.look(page)
    read_download(page, watch, "Probabilities (CSV)")


def export_run(page: Page, watch: Watch, address: str) -> None:
    """Take a run away, with all names that may travel."""
    page.goto(address)
    page.get_by_text("With file names, patients and sites").click()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    read_download(page, watch, "Download (")
    read_download(page, watch, "Download the bundle (")


def read_download(page: Page, watch: Watch, name: str) -> None:
    """Read what a button saves; of a zip, each file."""
    with page.expect_download() as saving:
        page.get_by_role("button", name=name).click()
    path = Path(saving.value.path())
    watch.read(f"download {name}", path.read_bytes())
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for member in packed.namelist():
                watch.read(f"download {member}", packed.read(member))
