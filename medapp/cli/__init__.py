"""MedApp from a shell: each command prints words or, with `--json`, one JSON value.

    medapp app                       the pages             (cli/application.py)
    medapp doctor                    what is there to run  (cli/doctor.py)
    medapp data …                    data sets             (cli/data/)
    medapp train, evaluate           the main job          (cli/work.py)
    medapp predict                   new images            (cli/predict.py)
    medapp runs …, backbones …       what came of it       (cli/runs.py)
    medapp folds                     cross-validations     (cli/folds.py)
    medapp rank                      which source          (cli/rank.py)
    medapp rate                      which learning rate   (cli/rate.py)
    medapp compare                   runs beside others    (cli/compare.py)
    medapp race                      was transfer worth it (cli/race.py)
    medapp curve                     would more images help (cli/curve.py)
    medapp travel                    the next hospital     (cli/travel.py)
    medapp stress, robustness        how far may images change (cli/stress.py, robustness.py)
    medapp explain trial             are heatmaps worth it (cli/explain.py)
    medapp bundle check              a model from elsewhere (cli/bundle.py)
    medapp report, verify            the record of a run   (cli/report.py)

Exit status: 0, 1 for a stated error (one line on standard error), 2 for usage.
"""

import io
import logging
import sys

import typer

from medapp.cli import (
    application,
    bundle,
    compare,
    curve,
    data,
    doctor,
    explain,
    folds,
    predict,
    race,
    rank,
    rate,
    report,
    robustness,
    runs,
    stress,
    travel,
    work,
)
from medapp.errors import MedAppError
from medapp.store.plain import PlainFormatter, show_controls

app = typer.Typer(
    name="medapp",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Transfer learning for medical images. For research, not for diagnosis.",
)
app.add_typer(data.app, name="data")
app.add_typer(runs.app, name="runs")
app.add_typer(runs.backbones, name="backbones")
app.add_typer(explain.app, name="explain")
app.add_typer(bundle.app, name="bundle")
app.command("app")(application.open_app)
app.command("doctor")(doctor.examine_machine)
app.command("folds")(folds.show_folds)
app.command("rank")(rank.rank)
app.command()(rate.rate)
app.command("robustness")(robustness.measure)
app.command("stress")(stress.measure)
app.command()(compare.compare)
app.command()(race.race)
app.command()(curve.curve)
app.command("travel")(travel.travel)
app.command()(report.report)
app.command()(report.verify)
for command in (work.train, work.evaluate, predict.predict):
    app.command()(command)


def main() -> None:
    """The `medapp` command."""
    # File names may hold bytes that no encoding has; \udcff stands for the byte ff, in JSON too.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    warnings = logging.StreamHandler()
    warnings.setFormatter(PlainFormatter("Note: %(message)s"))
    warnings.setLevel(logging.WARNING)
    logging.getLogger("medapp").addHandler(warnings)
    try:
        app()
    except MedAppError as error:
        print(f"Error: {show_controls(error.in_shell)}", file=sys.stderr)  # noqa: T201 - one line for a stated error
        sys.exit(1)
