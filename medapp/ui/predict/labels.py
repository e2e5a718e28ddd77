"""A prediction beside what the image is labelled with, in words."""

from collections.abc import Mapping

from medapp.task.multi_label import SEPARATOR, UNKNOWN

AS_LABELLED = "As labelled."


def compare_findings(found: Mapping[str, bool], label: str) -> list[str]:
    """What is missed, what is no more than a false alarm, and what is not known, in sentences.

    Args:
        found: finding → whether it was decided to be there.
        label: the image's findings as the catalog holds them, such as `effusion|?nodule`.
    """
    parts = set(filter(None, label.split(SEPARATOR)))
    unknown = [name for name in found if f"{UNKNOWN}{name}" in parts]
    missed = [name for name in found if name in parts and not found[name]]
    alarms = [n for n in found if found[n] and n not in parts and n not in unknown]
    sentences = [
        f"{words}: {', '.join(names)}."
        for words, names in (("Missed", missed), ("Labelled as absent", alarms))
        if names
    ] or [AS_LABELLED]
    if unknown:
        sentences.append(f"Not known of this image: {', '.join(unknown)}.")
    return sentences
