"""Names of columns as people give them: which words stand for which role."""

import re
from collections.abc import Sequence

from medapp.data.layouts.manifest.languages import drop_accents, explain_word, translate

_IMAGE = {
    *("image", "images", "img", "file", "filename", "filepath", "path", "paths", "name", "index"),
    *("id", "imageid", "imgid", "fileid", "key", "scan", "slice", "dicom", "picture", "photo"),
    *("imagename", "imagepath", "uid", "sopinstanceuid", "fname", "uuid", "jpg", "png"),
}
_LABEL = (
    # The nearer the front, the surer.
    *("label", "labels", "class", "classes", "dx", "diagnosis", "finding", "findings"),
    *("findinglabels", "classname", "labelname", "category", "target", "groundtruth", "gt"),
    *("grade", "level", "severity", "stage", "pathology", "disease", "diagnoses", "condition"),
    *("retinopathygrade", "klgrade", "birads", "density", "type", "status", "outcome", "result"),
    *("benignmalignant", "malignancy", "malignant", "abnormal", "y", "annotation", "tag", "tags"),
    "group",
)
_GENERIC = {
    *("label", "labels", "class", "classes", "target", "category", "y", "gt", "groundtruth"),
    *("diagnosis", "dx", "finding", "findings", "grade", "level", "severity", "stage", "type"),
    *("status", "outcome", "result", "diagnoses", "annotation", "classid", "score"),
}
_ORDERED = {"grade", "level", "severity", "stage", "birads", "score", "kl", "grading"}
_PATIENT = ("patient", "patientid", "subject", "subjectid", "person", "personid", "mrn", "pid")
_LIKE_PATIENT = ("case", "caseid", "lesion", "lesionid", "study", "studyid", "examid", "studyuid")
_PATIENT_ENDS = ("id", "patient", "subject", "number", "no", "code", "name", "hash")
_SITE = {
    *("site", "center", "centre", "hospital", "institution", "institute", "clinic", "siteid"),
    *("centerid", "hospitalid", "sitename", "institutionname", "hospitalname", "centername"),
}
_SPLIT = {"split", "set", "partition", "subset", "dataset", "phase", "usage", "fold", "part"}
_SPLIT_MORE = {"datasplit", "traintest", "trainvaltest", "splitname", "splits"}
_NO_FINDING = {
    *("nofinding", "nofindings", "nofindinglabel", "nolabel", "nothing", "nofindingspresent"),
}
_PLAIN = {
    "offset",
    "count",
    "age",
    "sex",
    "gender",
    "year",
    "size",
    "weight",
    "height",
    "width",
    "smoker",
    "row",
}
_BOX = {"bbox", "bboxes", "box", "boxes", "boundingbox", "boundingboxes", "bndbox", "bboxcoco"}
_BOXES = (
    (("x", "y", "width", "height"), True),
    (("x", "y", "w", "h"), True),
    (("left", "top", "width", "height"), True),
    (("xmin", "ymin", "width", "height"), True),
    (("xmin", "ymin", "xmax", "ymax"), False),
    (("x0", "y0", "x1", "y1"), False),
    (("x1", "y1", "x2", "y2"), False),
    (("left", "top", "right", "bottom"), False),
)


def fold(name: str) -> str:
    """A column's name in small letters and digits alone, in English."""
    return translate(_join(name))


def split_words(name: str) -> list[str]:
    """The words of a column's name, in small letters and in English."""
    return [translate(word) for word in _part(name)]


def explain_name(name: str) -> str:
    """What a column's name means, such as " (German for finding)"; "" where it is English."""
    meanings = (explain_word(word) for word in (_join(name), *_part(name)))
    meaning = next(filter(None, meanings), "")
    return f" ({meaning})" if meaning else ""


def _join(name: str) -> str:
    return re.sub(r"[\W_]+", "", drop_accents(name))


def _part(name: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W_]+", drop_accents(apart)) if word]


def names_image(name: str) -> bool:
    """Whether a column may be called so because it names image files."""
    return fold(name) in _IMAGE or bool(_IMAGE & set(split_words(name)))


def rank_label(name: str) -> int | None:
    """How surely a column is called like labels, 0 surest; None where it is not."""
    if fold(name) in _LABEL and not set("[](") & set(name):
        return _LABEL.index(fold(name))
    words = split_words(name)
    if not words or words[-1] in ("id", "type", "source", "date", "confidence", "index"):
        return None
    found = [_LABEL.index(word) for word in words if word in _LABEL[:20]]
    return 100 + min(found) if found else None


def is_generic(name: str) -> bool:
    """Whether a column's name says that it holds labels, and not what they mean."""
    is_numbered = bool(re.fullmatch(r"column \d+", name))
    return is_numbered or fold(name) in _GENERIC or bool(_ORDERED & set(split_words(name)))


def names_order(name: str) -> bool:
    """Whether a column is called like grades."""
    return bool(_ORDERED & set(split_words(name))) or fold(name) in _ORDERED


def find_patient_column(names: Sequence[str]) -> str:
    """The column called like patients, or like cases, lesions, studies; "" for none."""
    folded = {fold(name): name for name in reversed(names)}
    exact = next((folded[word] for word in _PATIENT if word in folded), "")
    loose = next((name for name in names if _is_patient(split_words(name))), "")
    weak = next((folded[word] for word in _LIKE_PATIENT if word in folded), "")
    return exact or loose or weak


def _is_patient(found: Sequence[str]) -> bool:
    return bool({"patient", "subject"} & set(found)) and found[-1] in _PATIENT_ENDS


def is_like_patient(name: str) -> bool:
    """Whether a column groups images as those of a patient, and is not called so."""
    return fold(name) in _LIKE_PATIENT


def names_site(name: str) -> bool:
    """Whether a column is called like hospitals."""
    return fold(name) in _SITE


def names_split(name: str) -> bool:
    """Whether a column is called like a split."""
    return fold(name) in _SPLIT | _SPLIT_MORE or "split" in split_words(name)


def says_nothing_found(text: str) -> bool:
    """Whether a label says that there is no finding."""
    return fold(text) in _NO_FINDING


def is_plain(name: str) -> bool:
    """Whether a column of 0 and 1 is called like a fact of the patient or the image."""
    return bool(_PLAIN & set(split_words(name)))


def names_boxes(name: str) -> bool:
    """Whether a column is called like boxes, all four numbers in one."""
    return fold(name) in _BOX or fold(name).removesuffix("xyxy").removesuffix("xywh") in _BOX


def names_corners(name: str) -> bool:
    """Whether a column of boxes says that the last two numbers are the far corner."""
    return fold(name).endswith("xyxy")


def names_sizes(name: str) -> bool:
    """Whether a column of boxes says that the last two numbers are a size."""
    return fold(name).endswith(("xywh", "coco"))


def find_boxes(names: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """The four columns of a box, and whether the last two are its size; none where they lack."""
    folded: dict[str, str] = {}
    for name in reversed(names):
        folded[re.sub(r"^(bbox|box|boundingbox)(?=.)", "", fold(name))] = name
    for words, are_sizes in _BOXES:
        if all(word in folded for word in words):
            return tuple(folded[word] for word in words), are_sizes
    return (), False
