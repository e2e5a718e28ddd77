"""What a trial of heatmaps found, as values and as JSON. No torch here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import TypeAdapter

from medapp.evaluation.intervals import Interval
from medapp.notes import Note, read_note

OWN = "map"  # the map on trial, among its controls
RANDOM = "random"
EDGES = "edges"
CONSTANT = "constant"
POINT = "point"
CENTRE = "centre"
CONTROLS = {
    OWN: "the map",
    RANDOM: "a random map",
    EDGES: "an edge filter",
    CONSTANT: "one map for all images",
    POINT: "the best single point",
    CENTRE: "the image's centre",
}
REGIONS = {"corners": "the corners", "borders": "the borders", "box": "the marked box"}
AROUND = "around"  # the fill that verdicts rest on: it hides a mark best, and looks least like one
FILLS = {
    AROUND: "what is around it",
    "mean": "the image's mean",
    "blurred": "the image, blurred",
}
STATEMENT = (
    "A map that passes shows what the network computes with; it does not show that this is right."
    " A mark that is used a little may go unseen."
)


@dataclass(frozen=True)
class Mean:
    """A mean over images.

    Attributes:
        value: None where no image tells.
        interval: 95%; None where there is only one unit.
        n: images that tell.
    """

    value: float | None
    interval: Interval | None
    n: int


@dataclass(frozen=True)
class Step:
    """The maps once a further part of the network was randomised.

    Attributes:
        part: the last one that was; all before it in the cascade are random too.
        rank: Spearman's correlation with the map of the trained network, -1 to 1.
        ssim: structural similarity with it, -1 to 1.
        blank: maps that show no place any more, which count as 0.
    """

    part: str
    rank: Mean
    ssim: Mean
    blank: int


@dataclass(frozen=True)
class Removal:
    """What is left of the probability where pixels are removed in a map's order.

    Attributes:
        deletion: the mean probability while the places that the map calls most telling go first.
        insertion: the same while they go last.
        road: half the difference, insertion less deletion: the higher the better.
        gain: the road of the map on trial less this one's, image by image; None of that map itself.
        deletions, insertions: the mean probability after each share of `Trial.shares`.
    """

    deletion: Mean
    insertion: Mean
    road: Mean
    gain: Mean | None
    deletions: tuple[float, ...]
    insertions: tuple[float, ...]


@dataclass(frozen=True)
class Placement:
    """How maps, or points, lie to the boxes that are known.

    Attributes:
        peak: share of images whose hottest place lies in a box: the pointing game.
        mass: share of the map's sum in the boxes; None of a mere point.
        overlap: intersection over union of the boxes and as many of the hottest pixels; None of a
            mere point.
        gain: the peaks of the map on trial less these, on the same images; None of that map itself.
    """

    peak: Mean
    mass: Mean | None
    overlap: Mean | None
    gain: Mean | None = None


@dataclass(frozen=True)
class Flips:
    """How many predictions change where a region is hidden, and where as much is elsewhere.

    Attributes:
        n: predictions.
        flips, control_flips: how many change.
        share, control: the same as shares with 95% intervals.
        difference: share less control, with its 95% interval.
        drop: by how much the probability of the class that was predicted falls.
        gain: drop less that of the control, image by image.
        p: how often so large a gain comes about where there is none.
    """

    n: int
    flips: int
    control_flips: int
    share: Mean
    control: Mean
    difference: Mean
    drop: Mean
    gain: Mean
    p: float


@dataclass(frozen=True)
class Hiding:
    """One region hidden by one fill.

    Attributes:
        region: a key of `REGIONS`.
        fill: a key of `FILLS`.
        area: share of the image that is hidden, on the mean.
        of_all: over all images.
        of_class: over images that were predicted to be of a class.
    """

    region: str
    fill: str
    area: float
    of_all: Flips
    of_class: Mapping[str, Flips]


@dataclass(frozen=True)
class OfClass:
    """The maps of the images that were predicted to be of one class.

    Attributes:
        n: images.
        road, gain: see `Removal`; the gain is over a random map.
        peak, overlap: see `Placement`, of those with boxes; None where none has any.
    """

    n: int
    road: Mean
    gain: Mean
    peak: Mean | None
    overlap: Mean | None


@dataclass(frozen=True)
class Average:
    """The mean of the maps of one class, or of one class at one site.

    Attributes:
        label: the class that was predicted.
        site: None for all sites together.
        n: maps; blank ones are left out.
        grid: rows of the mean map, in cells; 1 is each map's hottest place.
    """

    label: str
    site: str | None
    n: int
    grid: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Trial:
    """What a model's heatmaps by one method are worth.

    Attributes:
        method: a key of `METHODS`.
        cascade: from the head down.
        edges: Spearman's correlation of map and edge filter.
        shares: of the pixels that are removed, in rising order.
        removal: by control, a key of `CONTROLS`.
        placement: the same, of images with boxes; empty where none is known.
        cover: share of the image that boxes cover: what the mass would be by chance.
        shift, noise: Spearman's correlation of the map with that of the image shifted by a few
            pixels, and with tiny noise.
        mass: share of the maps' sum by region, and `areas` what it would be by chance.
        blank: maps of the trained network that show no place, which count as the worst.
        n, of: images, of how many in the test split.
        counted, units: what intervals are over, see `Evaluation`.
        size_px: side of the square that the network sees.
        cells: height and width of the layer that maps are read from; None where none was read.
        seed: of the choice of images, of random weights, maps and controls.
        model_sha256: of the model's file.
        made: when, in ISO 8601.
        classes: by the class that was predicted; empty of trials from before it was measured.
    """

    method: str
    cascade: tuple[Step, ...]
    edges: Mean
    shares: tuple[float, ...]
    removal: Mapping[str, Removal]
    placement: Mapping[str, Placement]
    cover: Mean | None
    shift: Mean
    noise: Mean
    mass: Mapping[str, Mean]
    areas: Mapping[str, float]
    hiding: tuple[Hiding, ...]
    averages: tuple[Average, ...]
    blank: int
    n: int
    of: int
    counted: str
    units: int
    size_px: int
    cells: tuple[int, int] | None
    seed: int
    model_sha256: str
    made: str
    notes: tuple[Note, ...] = ()
    classes: Mapping[str, OfClass] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the statement that no figure goes without."""
        return {**asdict(self), "statement": STATEMENT}


def read_trial(values: Mapping[str, Any]) -> Trial:
    """The inverse of `Trial.to_dict`.

    Raises:
        KeyError, TypeError, ValueError: the values are damaged.
    """
    facts = {name: value for name, value in values.items() if name not in ("statement", "notes")}
    notes = tuple(map(read_note, values["notes"]))
    return TypeAdapter(Trial).validate_python({**facts, "notes": notes})
