"""How the images of a data set were acquired, as their DICOM headers say, in counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medapp.data.samples import Sample
from medapp.imaging.readers.dicom_header import write_column

# Codes and makers; those that say how an image was made.
COLUMNS = ("modality", "body_part", "view", "manufacturer", "model", "presentation")
BURNT_IN = "burned_in_text"
MOST_VALUES = 6  # of a column that are named, the commonest first


@dataclass(frozen=True)
class Acquisition:
    """What headers say of the images that have one.

    Attributes:
        headers: images that came with a header, known by its modality.
        columns: column → value → images, the commonest value first; without columns of which no
            image says anything.
        burnt_in: images whose header says that text is burnt in.
    """

    headers: int
    columns: Mapping[str, Mapping[str, int]]
    burnt_in: int


def gather_acquisition(samples: Sequence[Sample]) -> Acquisition:
    """Count what the headers of samples say."""
    known = [sample.attributes for sample in samples if sample.attributes.get("modality")]
    columns = {}
    for column in COLUMNS:
        counts = Counter(said[column] for said in known if said.get(column))
        if counts:
            columns[column] = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return Acquisition(len(known), columns, sum(said.get(BURNT_IN) == "yes" for said in known))


def state_acquisition(found: Acquisition, images: int) -> str:
    """In a sentence, such as "Modality: CR 90, DX 10. View: PA 100."; empty without headers.

    Args:
        images: of the data set, with and without a header.
    """
    if not found.headers:
        return ""
    parts = [f"{found.headers:,} of {images:,} images came with a DICOM header."]
    for column, counts in found.columns.items():
        named = [f"{value} {count:,}" for value, count in list(counts.items())[:MOST_VALUES]]
        more = f", and {len(counts) - MOST_VALUES:,} more" if len(counts) > MOST_VALUES else ""
        parts.append(f"{write_column(column)}: {', '.join(named)}{more}.")
    return " ".join(parts)
