"""What leaving images out would leave of a data set, so that much is left out by a wish alone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet
from medapp.task import Task

# Of the images in use: more is much.
LARGE_SHARE = 0.1


@dataclass(frozen=True)
class Remainder:
    """What is left where some images are left out.

    Attributes:
        leaving, used: images that would be left out, of those in use now.
        ended: classes, findings or grades that no image in use would show any more.
    """

    leaving: int
    used: int
    ended: tuple[str, ...]

    @property
    def is_large(self) -> bool:
        """Whether a person is asked first; one image of a small data set is not much."""
        is_much = self.leaving > max(1, LARGE_SHARE * self.used)
        return is_much or bool(self.ended)

    def describe(self) -> str:
        """What would be left, in words."""
        if self.leaving >= self.used:
            return f"All {self.used:,} images would be left out: nothing would be left to use."
        share = self.leaving / self.used
        text = f"{self.leaving:,} of {self.used:,} images ({share:.0%}) would be left out"
        end = f", and none would show {', '.join(self.ended)} any more" if self.ended else ""
        return f"{text}{end}."


def foresee_leaving(task: Task, leaving: Iterable[str], used: Mapping[str, int]) -> Remainder:
    """What would be left without some images.

    Args:
        leaving: the label of each image that would be left out, as a catalog holds it.
        used: how many images in use have each label, those among them.
    """
    gone = Counter(leaving)
    before, after = set[str](), set[str]()
    for label, count in used.items():
        before.update(task.list_labels(label))
        if count > gone[label]:
            after.update(task.list_labels(label))
    return Remainder(gone.total(), sum(used.values()), tuple(sorted(before - after)))


def count_labels(catalog: Catalog, data_set: DataSet) -> dict[str, int]:
    """How many images in use have each label, as the catalog holds it."""
    query = "SELECT label, COUNT(*) FROM used WHERE data_set_id = ? GROUP BY label"
    return dict(catalog.read(query, data_set.id))
