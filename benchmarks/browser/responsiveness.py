"""How long does a page take to answer while a run trains on all cores? Clicks in a real browser,
idle and during a training.

    python -m benchmarks.browser.responsiveness --clicks 40

Each click changes the gallery's split (train, validation, test); the time runs until the first
thumbnail of the new page is there. Needs Chromium, as the browser tests do.
"""

import time

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.kit.options import build_parser
from benchmarks.kit.serving import FLAGS, find_chromium, start_server
from benchmarks.kit.setting import ask_for_run
from medapp.phantom.data_set import add_phantom
from medapp.runs.events import StepTaken
from medapp.store.workspace import find_workspace

SPLITS = ("train", "validation", "test")


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--clicks", type=int, default=40)
    options = parser.parse_args()
    workspace = find_workspace()
    data = add_phantom(workspace).data_set
    server = start_server(workspace.root)
    try:
        with sync_playwright() as playwright:
            page = playwright.chromium.launch(
                executable_path=find_chromium(), args=FLAGS
            ).new_page()
            page.goto(f"{server.url}/data_sets?set={data.id}")
            page.locator(".tile").first.wait_for()
            measure(page, "warm-up", 6)
            measure(page, "idle", options.clicks)
            run = ask_for_run(workspace, data.name, epochs=1000, image_size=128)
            while not any(isinstance(e, StepTaken) for e in run.load_events()[0]):
                time.sleep(0.2)
            measure(page, "while a fine-tune trains on all cores", options.clicks)
            steps = [e for e in run.list_events() if isinstance(e, StepTaken)]
            print(f"the training meanwhile: {steps[-1].images_per_second:.0f} images/s")
            run.request_stop()
            while run.is_locked():
                time.sleep(0.2)
            run.delete()
    finally:
        server.stop()


def measure(page: Page, name: str, clicks: int) -> None:
    """Click through the splits and print the median and the 95th percentile."""
    seconds = []
    for click in range(clicks):
        choice = page.get_by_role("radio", name=SPLITS[click % 3], exact=True)
        expect(choice).to_have_count(1)  # the page before has gone
        before = page.locator(".tile").first.get_attribute("title")
        started = time.perf_counter()
        choice.click()
        page.wait_for_function(
            "before => document.querySelector('.tile')?.title !== before", arg=before, polling=5
        )
        seconds.append(time.perf_counter() - started)
    ordered = sorted(seconds)
    median, high = ordered[len(ordered) // 2], ordered[int(0.95 * len(ordered))]
    print(f"{name}: median {median:.2f} s, 95th percentile {high:.2f} s, n = {clicks}", flush=True)


if __name__ == "__main__":
    main()
