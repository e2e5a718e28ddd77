"""Runs beside each other: their figures on the test images that all of them judged, subtracted.

Each run is compared with the first. What a reader must know of a run's figures goes with them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from medapp.errors import RunError
from medapp.evaluation.comparison import correct_holm, subtract
from medapp.evaluation.estimates import Estimate
from medapp.evaluation.headline import list_headlines
from medapp.notes import Note, sort_notes
from medapp.runs.decided import note_compared
from medapp.runs.locking import find_locked
from medapp.runs.looks import LOOKS
from medapp.runs.run import Run
from medapp.settings import write_value
from medapp.studies.best_of import BestRun, find_best
from medapp.studies.contrast import Contrast
from medapp.studies.disputed import Disputed, find_disputed
from medapp.studies.judged import Judged, Key, find_shared, load_judged
from medapp.studies.paired_tests import PairedTest, list_tests
from medapp.training.recipe import Recipe
from medapp.training.recipe.names import list_settings, read_values

# What only says how a recipe is written.
NOT_SETTINGS = ("version",)
TOO_FEW = "A comparison takes two different runs, or more."
MANY = 3  # runs, of which the best is told what of its figure is luck


@dataclass(frozen=True)
class Comparison:
    """What can be said of some runs beside each other, and of readers after them.

    Attributes:
        runs: what they are called, the first first, and what readers are called.
        ids: of the runs alone.
        n: test images that all judged; noun: what n counts, images or patients as a whole.
        alone: of each run, how many test images it judged that are left out here.
        figures: of each run, its estimates on the shared images by their key.
        headlines: keys and titles of the figures of the task, the first first.
        references: what guessing, and the majority class, get on the shared images, by key.
        contrasts: of each other run with the first, by the first figure, corrected together.
        others: the same by the other figures, each for itself and not corrected.
        tests: DeLong's and McNemar's of each other run and the first, each for itself.
        settings: what differs: a setting's title, and each run's value in words.
        disputed: images that some run judges otherwise than another.
        best: of three runs or more, the best, and what of its figure is luck.
    """

    runs: tuple[str, ...]
    ids: tuple[str, ...]
    n: int
    alone: tuple[int, ...]
    figures: tuple[dict[str, Estimate], ...]
    headlines: tuple[tuple[str, str], ...]
    references: dict[str, tuple[float | None, float | None]]
    contrasts: tuple[Contrast, ...]
    others: tuple[Contrast, ...]
    tests: tuple[PairedTest, ...]
    settings: tuple[tuple[str, tuple[str, ...]], ...]
    disputed: tuple[Disputed, ...]
    notes: tuple[Note, ...]
    noun: str = "images"
    best: BestRun | None = None

    @property
    def can_disagree(self) -> bool:
        """Whether two or more call classes; who only rates has an AUROC and nothing else."""
        return sum(set(found) != {"auroc"} for found in self.figures) > 1

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "runs": list(self.runs),
            "ids": list(self.ids),
            "n": self.n,
            "left_out": list(self.alone),
            "figures": {
                run: {
                    name: {"value": found[name].value, "interval": list(found[name].interval)}
                    for name, _ in self.headlines
                    if name in found
                }
                for run, found in zip(self.runs, self.figures, strict=True)
            },
            "references": {
                name: dict(zip(("guessing", "majority"), self.references[name], strict=True))
                for name, _ in self.headlines
            },
            "best": None if self.best is None else self.best.to_dict(),
            "contrasts": [contrast.to_dict() for contrast in self.contrasts],
            "other_figures": [contrast.to_dict() for contrast in self.others],
            "tests": [test.to_dict() for test in self.tests],
            "settings": {t: dict(zip(self.runs, v, strict=False)) for t, v in self.settings},
            "disputed": [
                {
                    "image": each.name,
                    "label": each.label,
                    "predictions": dict(zip(self.runs, each.said, strict=True)),
                }
                for each in self.disputed
            ],
            "notes": [note.to_dict() for note in self.notes],
        }


def compare_runs(runs: Sequence[Run], called: Sequence[str] = ()) -> Comparison:
    """Compare runs with the first of them.

    Args:
        called: what to call each of them; their names where it is empty.

    Raises:
        RunError: fewer than two runs, one twice, one without predictions, different questions, or
            no test image that all judged.
    """
    require_different(runs)
    if len(runs) < 2:
        raise RunError(TOO_FEW, remedy="Name each run once.")
    names = tuple(called) or tuple(run.name for run in runs)
    return compare_judged([load_judged(run) for run in runs], names, runs)


def require_different(runs: Sequence[Run]) -> None:
    """Refuse a run that is named twice.

    Raises:
        RunError: one is.
    """
    if len({run.id for run in runs}) < len(runs):
        raise RunError(TOO_FEW, remedy="Name each run once.")


def compare_judged(
    judged: Sequence[Judged], names: Sequence[str], runs: Sequence[Run]
) -> Comparison:
    """Compare answers to the same images, of models or of readers, with the first.

    Args:
        names: what each is called.
        runs: those that gave the first of the answers; readers come after these.

    Raises:
        RunError: different questions, no test image that all judged, or too few for any figure.
    """
    keys = find_shared(judged)
    figures = tuple(each.estimate(keys) for each in judged)
    headlines = tuple(
        (headline.name, headline.title)
        for headline in list_headlines(judged[0].evaluation)
        if all(headline.name in found for found in figures)
    )
    if not headlines:
        raise RunError(
            f"No figure is defined on the {len(keys):,} test {judged[0].noun} that all judged: they"
            " are too few.",
            remedy="Compare on more images.",
        )
    contrasts = _contrast(names, figures, headlines, judged[0].count(keys), judged[0].noun)
    first = headlines[0][0]
    primary = [each for each in contrasts if each.figure == first]
    corrected = correct_holm({each.b: each.p for each in primary})
    together = [replace(each, p=corrected[each.b], compared=len(primary)) for each in primary]
    return Comparison(
        runs=tuple(names),
        ids=tuple(run.id for run in runs),
        n=len(keys),
        alone=tuple(len(each.rows) - len(keys) for each in judged),
        figures=figures,
        headlines=headlines,
        references=judged[0].find_references(keys),
        contrasts=tuple(together),
        others=tuple(each for each in contrasts if each.figure != first),
        tests=tuple(_test_others(judged, keys, figures, names)),
        settings=find_differing([run.recipe for run in runs]),
        disputed=tuple(find_disputed(judged, keys)),
        notes=tuple(sort_notes([*_list_notes(judged, len(keys)), *_note_locked(runs, names)])),
        noun=judged[0].noun,
        best=find_best(
            names,
            first,
            [found[first] for found in figures[: len(runs)]],
            len(keys),
            judged[0].noun,
        )
        if len(runs) >= MANY
        else None,
    )


def find_differing(recipes: Sequence[Recipe]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The settings in which recipes differ: title, and each one's value in words."""
    values = [read_values(recipe) for recipe in recipes]
    data = tuple(recipe.data.train.name for recipe in recipes)
    differing = [("Data set", data)] if len(set(data)) > 1 else []
    return (
        *differing,
        *(
            (
                str(setting.field.title),
                tuple(write_value(setting.field, each[setting.short]) for each in values),
            )
            for setting in list_settings(Recipe)
            if setting.short not in NOT_SETTINGS
            and len({repr(each.get(setting.short)) for each in values}) > 1
        ),
    )


def _contrast(
    names: Sequence[str],
    figures: Sequence[dict[str, Estimate]],
    headlines: Sequence[tuple[str, str]],
    counts: tuple[int, int, str],
    noun: str,
) -> list[Contrast]:
    return [
        Contrast(names[0], other, key, difference, difference.p, *counts, noun=noun)
        for key, _ in headlines
        for other, found in zip(names[1:], figures[1:], strict=True)
        for difference in [subtract(figures[0][key], found[key])]
    ]


def _test_others(
    judged: Sequence[Judged],
    keys: Sequence[Key],
    figures: Sequence[dict[str, Estimate]],
    names: Sequence[str],
) -> Iterator[PairedTest]:
    first = judged[0]
    for other, found, name in zip(judged[1:], figures[1:], names[1:], strict=True):
        yield from list_tests(first, other, keys, (figures[0], found), (names[0], name))


def _note_locked(runs: Sequence[Run], names: Sequence[str]) -> list[Note]:
    return note_compared([name for run, name in zip(runs, names, strict=False) if find_locked(run)])


def _list_notes(judged: Sequence[Judged], n: int) -> list[Note]:
    """Notes on the comparison itself, then what is grave of each run's own figures."""
    notes: list[Note] = []
    left = [each for each in judged if len(each.rows) > n]
    if left:
        said = ", ".join(f"{each.name} judged {len(each.rows):,}" for each in left)
        text = (
            f"Only the {n:,} test {judged[0].noun} count that all judged ({said}): figures differ"
            " from those on the runs' own pages."
        )
        notes.append(Note("shared-images", text))
    for each in judged:
        notes += [
            replace(note, text=f"{each.name}: {note.text}")
            for note in each.evaluation.notes
            if note.level == "grave" and note.code != LOOKS
        ]
    return notes
