"""How fast does the server answer, idle, while a run trains, and with ten browsers watching; and
what does the training lose by them?

    python -m benchmarks.browser.pages DATA_FOLDER

Every page is run again through the websocket, in turn with a Streamlit page that holds one word, so
both meet the same machine. Then the same while a fine-tune trains on all cores. Then one browser,
ten, and none in turn watch that run; the training's pace is that of its steps within an epoch. At
the end ten browsers go on watching, and the server's memory is read.
"""

import argparse
import itertools
import math
import statistics
import time
from collections.abc import Callable, Sequence

import psutil

import medapp
from benchmarks.kit.alternate import ratio
from benchmarks.kit.claims import Claim
from benchmarks.kit.client import Client, Watcher
from benchmarks.kit.options import build_parser
from benchmarks.kit.serving import Server, start_server
from benchmarks.kit.setting import ask_for_run, open_setting
from medapp.data.samples import DataSet
from medapp.runs.events import StepTaken
from medapp.runs.run import Run

WATCHERS = (0, 1, 10)
WARM_UP = 3  # reruns of a page that do not count


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, image_size=128, images=0, batch=32)
    parser.add_argument("--reruns", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--seconds", type=float, default=20, help="of a round, for each number of watchers"
    )
    parser.add_argument(
        "--minutes", type=float, default=5, help="of watching by ten, for the server's memory"
    )
    options = parser.parse_args(arguments)
    with open_setting(options.folder, options.images) as setting:
        settings = {"strategy": "linear-probe", "image_size": options.image_size, "epochs": 5}
        probe = medapp.train(setting.data, **settings)
        word = setting.workspace.root / "word.py"
        word.write_text('import streamlit as st\n\nst.write("word")\n', encoding="utf-8")
        server = start_server(setting.workspace.root)
        empty = start_server(setting.workspace.root, str(word))
        try:
            return measure(options, server, empty, setting.data, probe)
        finally:
            server.stop()
            empty.stop()


def measure(
    options: argparse.Namespace, server: Server, empty: Server, data: DataSet, probe: Run
) -> list[Claim]:
    addresses = [
        "",
        "data_sets",
        f"data_sets?set={data.id}",
        "train",
        f"train?run={probe.id}",
        "models",
        f"models?model={probe.id}",
        f"predict?by={probe.id}&of={data.id}",
    ]
    process = psutil.Process(server.process.pid)
    # After its first page the server imports torch in a thread, and is not idle.
    with Client(server.url) as page:
        page.rerun()
    wait_until(lambda: process.cpu_percent(1.0) < 5)
    claims = time_pages(server, empty, addresses, options.reruns, "idle", 150)
    settings = {"image_size": options.image_size, "batch_size": options.batch, "epochs": 1000}
    run = ask_for_run(server.workspace, data.name, **settings)
    wait_until(lambda: any(isinstance(e, StepTaken) for e in run.load_events()[0]))
    claims += time_pages(
        server,
        empty,
        [*addresses, f"train?run={run.id}"],
        options.reruns,
        "while a run trains on all cores",
        600,
    )
    claims += time_watched(server, run, options)
    run.request_stop()
    wait_until(lambda: not run.is_locked())
    return claims


def time_pages(
    server: Server, empty: Server, addresses: Sequence[str], reruns: int, when: str, aim_ms: float
) -> list[Claim]:
    """Each page and the empty one in turn; the claim is the slowest page's 95th percentile over the
    empty one's.
    """
    over = {}
    for address in addresses:
        with Client(server.url, address) as page, Client(empty.url) as word:
            measured = [(page.rerun()[0], word.rerun()[0]) for _ in range(WARM_UP + reruns)]
        own, bare = (
            find_percentile(list(times), 95) for times in zip(*measured[WARM_UP:], strict=True)
        )
        over[address] = 1e3 * (own - bare)
        print(
            f"{when}: /{address}: 95th percentile {1e3 * own:.0f} ms, an empty page"
            f" {1e3 * bare:.0f} ms",
            flush=True,
        )
    slowest = max(over, key=lambda address: over[address])
    what = (
        f"rerun of the slowest of {len(addresses)} pages (/{slowest.split('?')[0]}), {when}, 95th"
        " percentile over"
    )
    return [
        Claim("10", what, "an empty Streamlit page", over[slowest], aim_ms, "ms", is_ceiling=True)
    ]


def time_watched(server: Server, run: Run, options: argparse.Namespace) -> list[Claim]:
    """The pace of the training with 0, 1 and 10 tabs that watch it, in turn; then the server's
    memory while ten go on.
    """
    address = f"train?run={run.id}"
    paces: dict[int, list[float]] = {count: [] for count in WATCHERS}
    ticks: list[float] = []
    for _ in range(options.rounds):
        for count in WATCHERS:
            watchers = [Watcher(server.url, address) for _ in range(count)]
            paces[count].append(time_steps(run, options.seconds))
            if count == max(WATCHERS):
                ticks += [second for watcher in watchers for second in watcher.seconds]
            for watcher in watchers:
                watcher.stop()
    claims = []
    for count, aim in ((1, 1.03), (10, 1.10)):
        slowed = ratio(paces[count], paces[0])
        watching = f"{count} browser{'s' * (count > 1)} watching"
        claims.append(
            Claim("10", f"seconds a step with {watching}", "without", slowed, aim, is_ceiling=True)
        )
    high = 1e3 * find_percentile(ticks, 95)
    what = "a watcher's tick while ten watch, 95th percentile"
    claims.append(Claim("10", what, "", high, 600, "ms", is_ceiling=True))
    return [*claims, *weigh_server(server, address, options.minutes)]


def weigh_server(server: Server, address: str, minutes: float) -> list[Claim]:
    """The growth of the server's memory over some minutes of ten tabs watching, from when they are
    all open.
    """
    watchers = [Watcher(server.url, address) for _ in range(10)]
    process = psutil.Process(server.process.pid)
    time.sleep(min(10.0, 10 * minutes))
    sizes, end = [process.memory_info().rss / 2**20], time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        time.sleep(min(5.0, 10 * minutes))
        sizes.append(process.memory_info().rss / 2**20)
    ticks = sum(len(watcher.seconds) for watcher in watchers)
    for watcher in watchers:
        watcher.stop()
    assert ticks, "nobody was answered"
    print(
        f"the server's memory over {ticks} ticks, MiB:"
        f" {', '.join(f'{size:.0f}' for size in sizes[:: max(1, len(sizes) // 10)])}"
    )
    growth = statistics.median(sizes[-len(sizes) // 4 :]) - statistics.median(
        sizes[: max(1, len(sizes) // 4)]
    )
    what = f"growth of the server's memory over {ticks:,} ticks ({sizes[0]:.0f} MiB before)"
    return [Claim("10", what, "", growth, 5, "MiB", is_ceiling=True)]


def time_steps(run: Run, seconds: float) -> float:
    """The median time of a step within an epoch, over the next so many seconds (and until there are
    two such steps).
    """
    _, offset = run.load_events()
    end = time.monotonic() + seconds
    while True:
        time.sleep(0.2)
        steps = [e for e in run.load_events(offset)[0] if isinstance(e, StepTaken)]
        gaps = [b.time - a.time for a, b in itertools.pairwise(steps) if a.epoch == b.epoch]
        if len(gaps) >= 2 and time.monotonic() > end:
            return statistics.median(gaps)
        assert time.monotonic() < end + 60, (
            "the run takes no steps, or one an epoch: choose a smaller batch"
        )


def find_percentile(values: list[float], percent: float) -> float:
    """The smallest value that so many percent of the values do not exceed; NaN of none."""
    if not values:
        return math.nan
    return sorted(values)[min(len(values) - 1, math.ceil(percent / 100 * len(values)) - 1)]


def wait_until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        time.sleep(0.2)


if __name__ == "__main__":
    for claim in main():
        print(claim)
