"""Classes told from the names of files, where no folder tells them: `benign_012.png`."""

from collections import Counter
from collections.abc import Sequence

from medapp.data.layouts.listing import Parts
from medapp.data.layouts.masks import is_neutral
from medapp.data.layouts.recognition import look_like_patients
from medapp.data.layouts.template import Template, find_split

MOST_CLASSES = 30
LEAST_SHARE = 0.9  # of the images, that must fit
_FORMS = (
    "{label} ({number})",
    "{label}_{number}",
    "{label}-{number}",
    "{label} {number}",
    "{label}.{number}",
    "{label}_{any}",
    "{label}-{any}",
    "{label} {any}",
    "{label}.{any}",
    "{label}{number}",
    "{number}_{label}",
    "{any}_{label}",
    "{any}-{label}",
    "{any}_{number}_{label}",
    "{any}_{any}_{label}",
)


def guess_name_templates(names: Sequence[Parts]) -> list[str]:
    """Templates by which the names of files tell a few classes, the plainest first.

    None is certain: they are answers to offer. Each gives other classes than those before it.
    """
    start = _find_start(names)
    if start is None:
        return []
    known: list[dict[str, int]] = []
    templates = []
    for form in _FORMS:
        text = f"{start}{form}.*"
        counts = _count_labels(names, text)
        if _are_classes(counts, len(names)) and counts not in known:
            known.append(counts)
            templates.append(text)
    return templates


def _find_start(names: Sequence[Parts]) -> str | None:
    """What the folders above the files say; None where they are no plain ones."""
    folders = {parts[:-1] for parts in names}
    if folders == {()}:
        return ""
    if folders and all(len(parts) == 1 for parts in folders):
        if all(find_split(parts[0]) for parts in folders):
            return "{split}/"
        if len(folders) == 1 or all(is_neutral(parts[0]) for parts in folders):
            return "{any}/"
    return None


def _count_labels(names: Sequence[Parts], text: str) -> dict[str, int]:
    """Images by label; the count ends with one label more than classes may be."""
    template = Template(text)
    counts: Counter[str] = Counter()
    for parts in names:
        fields = template.match(parts)
        counts.update([fields["label"]] if fields is not None else [])
        if len(counts) > MOST_CLASSES:
            break
    return counts


def _are_classes(counts: dict[str, int], images: int) -> bool:
    are_few = 2 <= len(counts) <= MOST_CLASSES and min(counts.values()) >= 2
    fit = sum(counts.values()) >= LEAST_SHARE * images
    are_words = all(any(map(str.isalpha, label)) and label[-1] not in " _.-" for label in counts)
    are_flags = set(counts) == {"0", "1"}
    are_splits = any(map(find_split, counts))
    is_told = are_flags or (are_words and not look_like_patients(set(counts)))
    return are_few and fit and not are_splits and is_told
