"""The stop rule: go, adapt, or stop and label some; fixed before a label is read there.

One number decides: how far the hospitals lie apart, in distances between the source's classes
(`signals.measure_distance`). Its two limits were set after the results of some shifts were seen;
docs/results.md says how often the rule is right, also with limits that are chosen on other tasks.
What the model says itself (confidence, shares) decides nothing: where models failed worst, they
were as sure as at home.
"""

from dataclasses import dataclass

GO = "go"
ADAPT = "adapt"
STOP = "stop"
VERDICTS = (GO, ADAPT, STOP)

# Distances up to which a model goes as it is, and up to which adaptation is worth a try.
LIMITS = (0.4, 1.5)
# The method that "adapt" means: it harmed least in what was measured.
RECOMMENDED = "coral"
TITLES = {
    GO: "Go: the images look like those it learned from",
    ADAPT: "Adapt: the images differ, and adapting is worth a try",
    STOP: "Stop: label some images there first",
}


@dataclass(frozen=True)
class Verdict:
    """What to do.

    Attributes:
        verdict: one of `VERDICTS`.
        reason: why, in a sentence or two.
    """

    verdict: str
    reason: str

    @property
    def title(self) -> str:
        """What to do, in words."""
        return TITLES[self.verdict]


def decide(distance: float, limits: tuple[float, float] = LIMITS) -> Verdict:
    """The verdict for a distance of 0 or more."""
    size = f"{distance:.1f} times" if distance < 100 else "over a hundred times"
    differ = (
        f"Images there differ from those it learned from {size} as much as its classes differ from"
        " one another"
    )
    if distance <= limits[0]:
        return Verdict(
            GO,
            f"{differ}, which is no more than parts of one hospital's images do. Whether its labels"
            " mean the same is not known: check with 30 labelled images all the same.",
        )
    if distance <= limits[1]:
        return Verdict(
            ADAPT,
            f"{differ}. As it is, the model may fail there; aligned features (CORAL, or a run that"
            " is adapted to that hospital) may win back part of what is lost, and may not. Check"
            " with 30 to 100 labelled images before use.",
        )
    return Verdict(
        STOP,
        f"{differ}. At such a distance models failed while they were as sure as at home, and no"
        " method without labels could be relied on. Label 30 to 100 images there, as a data"
        " set of their own, and ask again: a head that learns from those is worth more.",
    )
