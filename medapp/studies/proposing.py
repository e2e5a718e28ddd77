"""What to do about a race whose test split is too small to tell ways of training apart."""

from collections.abc import Iterator, Sequence

from medapp.errors import Remedy
from medapp.evaluation.notes import FEW_UNITS
from medapp.evaluation.patients import number_units
from medapp.notes import Note
from medapp.runs.run import Run
from medapp.runs.split_table import SPLIT, load_split
from medapp.store.plain import quote_word
from medapp.studies.contrast import Contrast

FOLDS = 5


def propose_folds(run: Run, data_set: str, contrasts: Sequence[Contrast]) -> Iterator[Note]:
    """A note that folds judge every patient, where the test split's were too few to tell.

    Nothing where all is told apart, or where more patients would not show a difference: among
    twenty test patients or more, because the ways do alike or differ as much from seed to seed.

    Args:
        run: one of the race's, all of which take the same images.
        data_set: the name of the race's data set.

    Raises:
        RunError: the run's table of images is damaged.
    """
    untold = [contrast for contrast in contrasts if not contrast.is_told]
    if not untold:
        return
    judged, counted = untold[0].units, untold[0].counted
    is_needed = any(each.difference.find_needed(each.compared) is not None for each in untold)
    rows = load_split(run.folder / SPLIT, run.name)
    units, _, _ = number_units([row["patient"] for row in rows], len(rows))
    everyone = int(units.max()) + 1
    # Fewer than two a fold would say no more.
    if everyone <= judged or everyone < 2 * FOLDS or not (is_needed or judged < FEW_UNITS):
        return
    yield Note(
        "folds-judge-all",
        f"The test split has {judged:,} of the {everyone:,} {counted}. In folds each of them is"
        f" judged once, by a run that did not learn from the {counted[:-1]}, so that smaller"
        " differences can be told.",
        "info",
        Remedy(
            f"Race again with Folds at {FOLDS}, under Who runs, from what, over folds.",
            f"Race again: medapp race --data {quote_word(data_set)} --folds {FOLDS}",
        ),
    )
