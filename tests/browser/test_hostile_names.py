"""Names that would be Markdown, HTML or links, on every page, in a network that is closed: they are
shown letter by letter, nothing is fetched and nothing turns into a link.
"""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.conftest import PATIENCE_MS
from browser.serving import FLAGS, Server, start_server
from conftest import write_bands
from playwright.sync_api import Page, expect, sync_playwright

from medapp.data.catalog import Catalog
from medapp.data.importing.batch import Batch, import_batch
from medapp.data.layouts.folder import scan_folder
from medapp.runs.making import create_run
from medapp.runs.run import Run
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import Workspace, open_workspace
from medapp.training.recipe import build_settings
from medapp.ui.shell import frame

pytestmark = pytest.mark.browser

HOSTILE = (
    "![x](http://evil.example/a.png) http://evil.example <img src=http://evil.example/x>"
    " :material/home: :smile: $x$ **b** a@evil.example www.evil.example -> ~~s~~"
)
NAME = HOSTILE[:99]
# What a folder of this machine allows.
FILE = "![x](evil.example) www.evil.example a@evil.example :smile: $x$ **b** <b>"
PAGES = (
    "",
    "data_sets",
    "data_sets?add=folder",
    "data_sets?set={data}",
    "data_sets?set={data}&view=Preprocess",
    "data_sets?set={data}&view=Rename+or+remove",
    "data_sets?set={data}&image={image}",
    "train",
    "train?run={run}",
    "models",
    "models?model={run}",
    "models?model={run}&show=Threshold",
    "models?model={run}&show=Probabilities",
    "models?model={run}&show=Subgroups",
    "models?model={run}&show=Failures",
    "models?model={run}&show=Curves",
    "models?model={run}&show=Settings",
    "models?model={run}&show=Another+data+set",
    "models?model={run}&show=Manage",
    "predict?by={run}",
    "predict?by={run}&from=Upload",
    "predict?by={run}&sample={image}&of={data}",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server over two data sets, a model and a run that failed, whose names are all hostile."""
    home = tmp_path_factory.mktemp("hostile")
    workspace = open_workspace(home / "home")
    names = [_import_bands(workspace, home / str(i), f"{i} {NAME}"[:99]) for i in range(2)]
    settings = {"strategy": "linear-probe", "image_size": 32, "epochs": 1, "batch_size": 8}
    recipe = build_settings({"data": names[0], **settings, "precision": "float32", "threads": 1})
    run = create_run(workspace, *recipe, NAME)
    state = Supervisor(workspace, only=run).run_to_end(lambda event: None)
    assert state == "done", run.find_last_state()
    _fail(create_run(workspace, *recipe, f"x {NAME}"[:99]))
    catalog = Catalog(workspace)
    data_set = catalog.list_data_sets()[0]
    image = catalog.load_samples(data_set, split="test", limit=1)[0]
    server = start_server(workspace.root)
    yield server, {"data": str(data_set.id), "image": str(image.id), "run": run.id}
    server.stop()


def _import_bands(workspace: Workspace, folder: Path, name: str) -> str:
    """A data set whose classes, files and patients have hostile names."""
    for path in write_bands(folder, 8).rglob("*.png"):
        path.rename(path.with_name(f"{FILE} {path.name}"))
    scan = scan_folder(folder)
    files = [dataclasses.replace(file, label=f"{file.label} {HOSTILE}") for file in scan.files]
    broken = [(f"broken {HOSTILE}", f"why {HOSTILE}")]
    pattern = re.compile(".*")  # a patient has the whole name
    batch = Batch(scan.root, "registered", files, left_out=broken, pattern=pattern)
    return import_batch(workspace, batch, name, None).data_set.name


def _fail(run: Run) -> None:
    with run.lock():
        run.set_state("failed", HOSTILE)
    (run.folder / "log.txt").write_text(HOSTILE)


@pytest.fixture(scope="module")
def page(chromium: str) -> Iterator[Page]:
    """A page of a browser that finds no host but this machine."""
    closed = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, closed])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("path", PAGES)
def test_hostile_names_are_text(
    hostile: tuple[Server, dict[str, str]], page: Page, path: str
) -> None:
    server, ids = hostile
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{server.url}/{path.format(**ids)}")
    page.get_by_text("Research use only. Not a medical device.").wait_for()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    # What is drawn last has had its turn.
    page.evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    assert [url for url in asked if "evil" in url or not url.startswith(_our(server))] == []
    assert [text for text in said if "Content Security Policy" in text] == []
    assert page.get_by_test_id("stException").count() == 0
    main = page.get_by_test_id("stMain")
    links = main.locator("a").evaluate_all("all => all.map(a => String(a.href?.baseVal ?? a.href))")
    assert [link for link in links if link and not link.startswith(server.url)] == []
    assert main.locator("img[src*=evil]").count() == 0
    marked = main.locator("strong, del, em, .katex, [data-testid=stIconMaterial]")
    assert {"b", "s", "x", "home"}.isdisjoint(marked.all_inner_texts())
    if "{" in path:
        text = main.text_content() or ""
        assert "![x](http://evil.example/a.png)" in text.replace(frame.WORD_JOINER, "")


def _our(server: Server) -> tuple[str, ...]:
    return (server.url, server.url.replace("http", "ws"), "data:", "blob:")
