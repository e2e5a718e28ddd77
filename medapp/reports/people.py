"""Of whom the images of each split are: ages and sexes, where a column of the data set tells.

A patient counts once, with what the first image that tells says; where patients are not known,
each image counts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from medapp.data.ordering import read_numbers
from medapp.data.samples import Sample

AGE = ("age", "patient age", "patient_age")
SEX = ("sex", "gender", "patient sex", "patient_sex", "patient gender", "patient_gender")


@dataclass(frozen=True)
class People:
    """The patients, or images, of one split.

    Attributes:
        counted: "patients" or "images".
        n: how many.
        aged: of how many the age is known.
        ages: median, youngest and oldest, in years; None where no age is known.
        oldest: as it stands in the table, such as "90+"; empty without ages.
        sexes: value → how many, the commonest first; empty where nothing is said.
    """

    split: str
    counted: str
    n: int
    aged: int
    ages: tuple[float, float, float] | None
    oldest: str
    sexes: Mapping[str, int]


def gather_people(splits: Mapping[str, Sequence[Sample]]) -> tuple[People, ...]:
    """The people of each split; empty where neither age nor sex is told of any.

    Args:
        splits: name of a split → its samples.
    """
    samples = [sample for part in splits.values() for sample in part]
    counted = "patients" if any(sample.patient for sample in samples) else "images"
    age, sex = _find_column(samples, AGE), _find_column(samples, SEX)
    numbers = read_numbers([sample.attributes.get(age) for sample in samples])
    if not numbers and not sex:
        return ()
    return tuple(
        _describe(name, counted, part, (age, sex), numbers) for name, part in splits.items() if part
    )


def _find_column(samples: Iterable[Sample], names: Sequence[str]) -> str:
    """The first column that has one of the names, in any case; empty where none has."""
    columns = sorted({column for sample in samples for column in sample.attributes})
    return next((c for name in names for c in columns if c.strip().lower() == name), "")


def _describe(
    name: str,
    counted: str,
    samples: Sequence[Sample],
    columns: tuple[str, str],
    numbers: Mapping[str, float],
) -> People:
    ages: dict[str, str] = {}
    sexes: dict[str, str] = {}
    keys = set()
    for row, sample in enumerate(samples):
        key = sample.patient or f"image {row}"
        keys.add(key)
        for said, column in zip((ages, sexes), columns, strict=True):
            value = sample.attributes.get(column, "").strip()
            if value:
                said.setdefault(key, value)
    known = sorted((numbers[value], value) for value in ages.values() if value in numbers)
    spread = (median(n for n, _ in known), known[0][0], known[-1][0]) if known else None
    counts = Counter(sexes.values())
    by_count = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    oldest = known[-1][1] if known else ""
    return People(name, counted, len(keys), len(known), spread, oldest, by_count)


def state_people(people: Sequence[People]) -> str:
    """In a sentence a split, such as "train: 70 patients, age 54 (21 to 90+) of 68, F 30, M 40"."""
    said = []
    for one in people:
        parts = [f"{one.split}: {one.n:,} {one.counted}"]
        if one.ages is not None:
            parts.append(f"age {write_ages(one)} of {one.aged:,}")
        parts += [f"{value} {count:,}" for value, count in one.sexes.items()]
        said.append(", ".join(parts))
    return f"{'; '.join(said)}." if said else ""


def write_ages(people: People) -> str:
    """Median, youngest and oldest, such as "54 (21 to 90+)"; a dash where no age is known."""
    if people.ages is None:
        return "–"
    middle, youngest, _ = people.ages
    return f"{middle:g} ({youngest:g} to {people.oldest})"
