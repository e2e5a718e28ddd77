"""Windows that images may be looked at with, where all of them are CT, as their headers say."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medapp.imaging.windows import MOST

MODALITY = "modality"
BODY_PART = "body_part"
KNOWN_SHARE = 0.5  # of the images, whose body part has to be known
_BONES = ("bone", "soft tissue")
# What radiologists read each region with, by words that its DICOM terms (PS3.16, L-1) begin with.
REGIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "chest": (("CHEST", "THORA", "LUNG", "HEART"), ("lung", "soft tissue")),
    "abdomen": (("ABDOM", "LIVER", "KIDNEY", "PANCREAS", "SPLEEN"), ("soft tissue",)),
    "pelvis": (("PELVIS", "BLADDER", "PROSTATE"), ("soft tissue", "bone")),
    "head": (("HEAD", "BRAIN"), ("brain", "bone")),
    "skull": (("SKULL", "SINUS", "PSINUS", "MAXILLA", "JAW", "MANDIBLE", "TMJ"), _BONES),
    "neck": (("NECK",), ("soft tissue", "bone")),
    "spine": (("SPINE", "CSPINE", "TSPINE", "LSPINE", "SSPINE", "SACRUM"), _BONES),
    "limbs": (
        (
            *("EXTREMITY", "ARM", "LEG", "HIP", "KNEE", "SHOULDER", "ANKLE", "FOOT", "HAND"),
            *("WRIST", "ELBOW", "FEMUR", "HUMERUS", "FOREARM", "CALCANEUS"),
        ),
        _BONES,
    ),
}


@dataclass(frozen=True)
class CtWindows:
    """Windows for images that are all CT.

    Attributes:
        regions: keys of `REGIONS`, the most frequent first.
        suggested: names of windows; empty where the regions are not known, or want more than three.
    """

    regions: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()

    def describe(self) -> str:
        """A sentence; "" where nothing is suggested."""
        if not self.suggested:
            return ""
        noun, verb = ("window", "is") if len(self.suggested) == 1 else ("windows", "are")
        as_what = "as the channel" if len(self.suggested) == 1 else "as channels"
        return (
            f"CT of the {' and '.join(self.regions)}: {noun} {', '.join(self.suggested)} {verb}"
            f" suggested {as_what}."
        )


def find_ct_windows(attributes: Sequence[Mapping[str, str]]) -> CtWindows | None:
    """What fits images with these attributes; None unless all are CT."""
    if not attributes or any(a.get(MODALITY, "").upper() != "CT" for a in attributes):
        return None
    counts = Counter(_find_region(a.get(BODY_PART, "")) for a in attributes)
    unknown = counts.pop("", 0)
    regions = tuple(region for region, _ in counts.most_common())
    windows = tuple(dict.fromkeys(w for region in regions for w in REGIONS[region][1]))
    is_told = unknown <= KNOWN_SHARE * len(attributes)
    return CtWindows(regions, windows) if is_told and len(windows) <= MOST else CtWindows()


def _find_region(body_part: str) -> str:
    """The region that a body part lies in; "" where none is known."""
    text = "".join(letter for letter in body_part.upper() if letter.isalpha())
    return next((name for name, (words, _) in REGIONS.items() if text.startswith(words)), "")
