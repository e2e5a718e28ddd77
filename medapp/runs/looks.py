"""How often test images were looked at, whatever their data set is called.

Test splits are told apart by a sketch of their images: the least of their content hashes. Two that
share half of their images or more count as one (bottom-k sketches; Broder 1997, "On the resemblance
and containment of documents").
"""

from collections.abc import Iterable

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet
from medapp.notes import Level, Note
from medapp.runs.registry import find_registry
from medapp.runs.sketch import SKETCH_SIZE, are_alike
from medapp.runs.summary import Summary
from medapp.store.workspace import Workspace

MANY_LOOKS = 10
LOOKS = "looks"  # the code of the note


def count_test_reads(workspace: Workspace, data_set: DataSet) -> int:
    """How often the test images of a data set were read, over all runs that are kept.

    With each look the best figure flatters more.
    """
    sketch = Catalog(workspace).list_contents(data_set, "test", SKETCH_SIZE)
    return count_looks(workspace, sketch)


def count_looks(workspace: Workspace, sketch: Iterable[str]) -> int:
    """How often test images of this sketch were read, over all runs that are kept."""
    images = tuple(sketch)
    runs = find_registry(workspace).list_summaries()
    looks = [look for run in runs for look in run.list_looks()]
    return sum(reads for test_images, reads in looks if are_alike(images, test_images))


def group_by_test_images(models: Iterable[Summary]) -> list[list[Summary]]:
    """Models of one data set that were judged on much the same test images, in their order."""
    groups: list[list[Summary]] = []
    for model in models:
        for group in groups:
            first = group[0]
            is_of_set = (model.data_set_id or model.data_set) == (
                first.data_set_id or first.data_set
            )
            are_equal = model.test_images == first.test_images
            if is_of_set and (are_equal or are_alike(model.test_images, first.test_images)):
                group.append(model)
                break
        else:
            groups.append([model])
    return groups


def note_looks(looks: int) -> Note:
    """What follows from so many looks at the same test images; 0 where the model came from afar."""
    if not looks:
        return Note(LOOKS, "How often these test images were read is not known here.", "info")
    times = {1: "once", 2: "twice"}.get(looks, f"{looks:,} times")
    text = f"These test images were read {times} by the runs that are kept."
    if looks > 1:
        text += " With each look, the best of the figures flatters a little more."
    level: Level = "caution" if looks > MANY_LOOKS else "info"
    return Note(LOOKS, text, level, "Judge the chosen model on new images." if looks > 1 else "")
