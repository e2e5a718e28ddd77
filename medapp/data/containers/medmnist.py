"""What the labels of MedMNIST's archives mean, by the archive's name.

The numbers' names and the task of each set are those of `medmnist/info.py`, version 3.0.2 (Yang et
al. 2023, doi 10.1038/s41597-022-01721-8; Apache-2.0). The images are under CC BY 4.0, those of
DermaMNIST under CC BY-NC 4.0.
"""

import re
from dataclasses import dataclass

_ORGANS = (
    *("bladder", "femur-left", "femur-right", "heart", "kidney-left", "kidney-right", "liver"),
    *("lung-left", "lung-right", "pancreas", "spleen"),
)
# (title, names in the order of their numbers, task)
_SETS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "PathMNIST",
        (
            *("adipose", "background", "debris", "lymphocytes", "mucus", "smooth muscle"),
            *("normal colon mucosa", "cancer-associated stroma"),
            "colorectal adenocarcinoma epithelium",
        ),
        "single-label",
    ),
    (
        "ChestMNIST",
        (
            *("atelectasis", "cardiomegaly", "effusion", "infiltration", "mass", "nodule"),
            *("pneumonia", "pneumothorax", "consolidation", "edema", "emphysema", "fibrosis"),
            *("pleural", "hernia"),
        ),
        "multi-label",
    ),
    (
        "DermaMNIST",
        (
            "actinic keratoses and intraepithelial carcinoma",
            *("basal cell carcinoma", "benign keratosis-like lesions", "dermatofibroma"),
            *("melanoma", "melanocytic nevi", "vascular lesions"),
        ),
        "single-label",
    ),
    (
        "OCTMNIST",
        ("choroidal neovascularization", "diabetic macular edema", "drusen", "normal"),
        "single-label",
    ),
    ("PneumoniaMNIST", ("normal", "pneumonia"), "single-label"),
    ("RetinaMNIST", ("0", "1", "2", "3", "4"), "ordinal"),
    ("BreastMNIST", ("malignant", "normal, benign"), "single-label"),
    (
        "BloodMNIST",
        (
            *("basophil", "eosinophil", "erythroblast"),
            "immature granulocytes(myelocytes, metamyelocytes and promyelocytes)",
            *("lymphocyte", "monocyte", "neutrophil", "platelet"),
        ),
        "single-label",
    ),
    (
        "TissueMNIST",
        (
            *("Collecting Duct, Connecting Tubule", "Distal Convoluted Tubule"),
            *("Glomerular endothelial cells", "Interstitial endothelial cells", "Leukocytes"),
            *("Podocytes", "Proximal Tubule Segments", "Thick Ascending Limb"),
        ),
        "single-label",
    ),
    ("OrganAMNIST", _ORGANS, "single-label"),
    ("OrganCMNIST", _ORGANS, "single-label"),
    ("OrganSMNIST", _ORGANS, "single-label"),
    (
        "OrganMNIST3D",
        (
            *("liver", "kidney-right", "kidney-left", "femur-right", "femur-left", "bladder"),
            *("heart", "lung-right", "lung-left", "spleen", "pancreas"),
        ),
        "single-label",
    ),
    ("NoduleMNIST3D", ("benign", "malignant"), "single-label"),
    ("AdrenalMNIST3D", ("normal", "hyperplasia"), "single-label"),
    (
        "FractureMNIST3D",
        ("buckle rib fracture", "nondisplaced rib fracture", "displaced rib fracture"),
        "single-label",
    ),
    ("VesselMNIST3D", ("vessel", "aneurysm"), "single-label"),
    ("SynapseMNIST3D", ("inhibitory synapse", "excitatory synapse"), "single-label"),
)


@dataclass(frozen=True)
class KnownSet:
    """A published set.

    Attributes:
        classes: the names in the order of the numbers that stand for them.
        task: a key of `medapp.task.TASKS`.
    """

    title: str
    classes: tuple[str, ...]
    task: str


_KNOWN = {title.casefold(): KnownSet(title, names, task) for title, names, task in _SETS}


def find_known_set(stem: str) -> KnownSet | None:
    """The published set that a file's name without its suffix means, such as `chestmnist_128`.

    The size of the images, and what a browser adds to a second download, such as " (1)", do not
    count.
    """
    return _KNOWN.get(re.sub(r"(?:[ _-]*\(?\d+\)?)+$", "", stem.casefold().strip()))
