"""How good is the time that a page says is left, from the first tenth of a run on?

    python -m benchmarks.speed.time_left DATA_FOLDER

Runs of ten epochs; afterwards their events are read again one by one as the page did, and at each
step from the first tenth to the last the end that it foretold is set beside the end that came. The
error is a share of the time that was really left (and at least of a tenth of the whole: of the last
second, half a second is no error worth the name).
"""

from collections.abc import Sequence

import medapp
from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.kit.setting import open_setting
from medapp.runs.events import StateChanged, StepTaken
from medapp.runs.progress import Record
from medapp.runs.run import Run

STRATEGIES = ("fine-tune", "last-stage")


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, image_size=64, images=0, batch=32)
    parser.add_argument("--strategies", nargs="+", default=STRATEGIES)
    options = parser.parse_args(arguments)
    claims = []
    with open_setting(options.folder, options.images) as setting:
        for strategy in options.strategies:
            run = medapp.train(
                setting.data,
                strategy=strategy,
                epochs=10,
                image_size=options.image_size,
                batch_size=options.batch,
            )
            error = find_largest_error(run)
            what = (
                f"time left of a {strategy} of ten epochs, from the first tenth on: largest error"
            )
            claims.append(
                Claim("16", what, "the time that was left", error, 0.2, "", is_ceiling=True)
            )
    return claims


def find_largest_error(run: Run) -> float:
    """As a share of what was left, over all steps from the first tenth on."""
    events, record = run.list_events(), Record()
    errors: list[float] = []
    begin = next(e.time for e in events if isinstance(e, StateChanged) and e.state == "training")
    end = events[-1].time
    for event in events:
        record.add(event)
        standing = record.summarise()
        is_late = isinstance(event, StepTaken) and standing.share >= 0.1
        if is_late and standing.seconds_left is not None:
            left = end - event.time
            errors.append(abs(standing.seconds_left - left) / max(left, 0.1 * (end - begin)))
    print(
        f"{run.name}: {end - begin:.0f} s of training, error at the first tenth {errors[0]:.0%},"
        f" largest {max(errors):.0%}"
    )
    return max(errors)


if __name__ == "__main__":
    for claim in main():
        print(claim)
