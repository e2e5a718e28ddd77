"""Pictures of each page, light and dark, 1440 and 800 px wide, to look at and for the README.

    python -m benchmarks.browser.pictures RUN --to docs/pictures

RUN is a trained run of the workspace; its data set and its first test image with a box are shown.
"""

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.kit.options import build_parser
from benchmarks.kit.serving import FLAGS, find_chromium, start_server
from medapp.data.catalog import Catalog
from medapp.data.samples import Sample
from medapp.runs.making import find_run
from medapp.runs.run import Run
from medapp.runs.split_table import match_split
from medapp.store.workspace import Workspace, find_workspace

HEIGHT = 900


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("run")
    parser.add_argument("--to", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--only", nargs="*", help="such as model-light-1440")
    options = parser.parse_args()
    workspace = find_workspace()
    addresses = list_addresses(workspace, find_run(workspace, options.run))
    options.to.mkdir(parents=True, exist_ok=True)
    server = start_server(workspace.root)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            for scheme in ("light", "dark"):
                for width in (1440, 800):
                    page = browser.new_page(
                        viewport={"width": width, "height": HEIGHT}, color_scheme=scheme
                    )
                    for name, address in addresses.items():
                        picture = f"{name}-{scheme}-{width}"
                        if not options.only or picture in options.only:
                            take(page, server.url + address, options.to / f"{picture}.png")
    finally:
        server.stop()


def list_addresses(workspace: Workspace, run: Run) -> dict[str, str]:
    """Each page's name and its address."""
    catalog = Catalog(workspace)
    choice = run.recipe.data.train
    data = catalog.find_chosen(choice.id, choice.name)
    sample = choose_sample(
        match_split(run.folder / "split.parquet", catalog.load_samples(data), run.name)
    )
    of_data, of_run = f"?set={data.id}", f"by={run.id}"
    return {
        "start": "/",
        "data-sets": "/data_sets",
        "data-set": f"/data_sets{of_data}",
        "image": f"/data_sets{of_data}&image={sample.id}",
        "add": "/data_sets?add=folder",
        "train": f"/train?data={data.id}",
        "run": f"/train?run={run.id}",
        "models": "/models",
        "model": f"/models?model={run.id}",
        "predict": f"/predict?{of_run}",
        "heatmap": f"/predict?{of_run}&of={data.id}&sample={sample.id}",
    }


def choose_sample(samples: list[Sample]) -> Sample:
    """A test image with a box, if there is one."""
    test = [s for s in samples if s.split == "test"]
    return next((s for s in test if s.boxes), test[0])


def take(page: Page, address: str, path: Path) -> None:
    """Open a page, wait until it has been drawn, and keep what one sees without scrolling."""
    page.goto(address)
    page.locator(".st-key-foot").wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2500)  # charts draw themselves
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
