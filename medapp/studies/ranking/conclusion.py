"""What a ranking says, in words: no more than its intervals support."""

from collections.abc import Sequence

from medapp.evaluation.words import write_figure
from medapp.studies.ranking.candidates import NOTHING, PIXELS
from medapp.studies.ranking.ranking import Ranking, Row

# What one would take without a ranking.
BASELINES = {"imagenet": "ImageNet first", "largest": "the largest"}


def conclude(ranking: Ranking) -> list[str]:
    """Sentences: who leads, whether that can be told, and what follows."""
    leaders = ranking.list_leaders()
    controls = [row for row in leaders if row.source in (NOTHING, PIXELS)]
    ruled = [row for row in ranking.ranked if row.baselines]
    said = [_say_leaders(ranking, leaders)]
    if controls:
        names = _join([row.title for row in controls])
        said.append(
            f"{names} {'is' if len(controls) == 1 else 'are'} among them, so it cannot be told that"
            " transfer helps on these images. A race, under Compare, trains with and without."
        )
    return [*said, *(_say_rule(row, leaders) for row in ruled)]


def describe_ground(ranking: Ranking) -> str:
    """What was looked at, in a few sentences."""
    rest = f" ({ranking.left_out:,} more were not looked at)" if ranking.left_out else ""
    is_known = ranking.counted == "patients"
    by = f" of {ranking.units:,} patients" if is_known else ""
    unknown = "" if is_known else " Patients are not known, so intervals may be too narrow."
    return (
        f"{ranking.images:,} training and validation images{by} at {ranking.image_size} px{rest}."
        f" The test split was not read.{unknown}"
    )


def _say_leaders(ranking: Ranking, leaders: Sequence[Row]) -> str:
    first = leaders[0]
    figure = f"AUROC {write_figure(first.value, first.interval)}"
    if len(ranking.ranked) == 1:
        return f"{first.title}: {figure}; there is nothing to compare it with."
    if len(leaders) > 1:
        names = _join([row.title for row in leaders])
        return (
            f"{names} cannot be told apart ({first.title}: {figure})."
            " As far as these images show, each is as good a start; more patients would tell more."
        )
    return f"{first.title} is told apart from all others: {figure}."


def _say_rule(row: Row, leaders: Sequence[Row]) -> str:
    """What follows for those who take a source without a ranking."""
    rules = _join([f'"{BASELINES[name]}"' for name in row.baselines])
    take = f"The rule {rules} takes" if len(row.baselines) == 1 else f"The rules {rules} take"
    if row is leaders[0]:
        return f"{take} {row.title} too."
    if row in leaders:
        return f"{take} {row.title}; nothing here speaks against that."
    return f"{take} {row.title}, which does worse here."


def _join(names: Sequence[str]) -> str:
    *rest, last = names
    return f"{', '.join(rest)} and {last}" if rest else last
