"""Which of two classes is the finding."""

import pytest

from medapp.evaluation.positive import find_positive, note_positive


@pytest.mark.parametrize(
    ("classes", "name", "reason"),
    [
        (("NORMAL", "PNEUMONIA"), "PNEUMONIA", "name"),
        (("pneumonia", "normal"), "pneumonia", "name"),
        (("abnormal", "normal"), "abnormal", "name"),
        (("no_tumor", "tumor"), "tumor", "name"),
        (("notumor", "tumor"), "tumor", "name"),
        (("Parasitized", "Uninfected"), "Parasitized", "name"),
        (("infected", "uninfected"), "infected", "name"),
        (("COVID", "Non-COVID"), "COVID", "name"),
        (("COVID", "NonCOVID"), "COVID", "name"),
        (("NoFinding", "Nodule"), "Nodule", "name"),
        (("normal", "not normal"), "not normal", "name"),
        (("tb negative", "tb positive"), "tb positive", "name"),
        (("0", "1"), "1", "name"),
        (("1", "0"), "1", "name"),
        (("no", "yes"), "yes", "name"),
        (("benign", "malignant"), "malignant", "name"),
        (("malignant", "benign"), "malignant", "name"),
        (("benign", "normal"), "benign", "name"),
        (("effusion", "nodule"), "nodule", "order"),
        (("control", "healthy"), "healthy", "order"),
        (("clear cell carcinoma", "papillary"), "papillary", "order"),
        (("nodule", "non_nodule"), "nodule", "name"),
        (("healthy", "unhealthy"), "unhealthy", "name"),
        (("", "b"), "b", "order"),
        # Other languages, with their accents, composed or not.
        (("Pneumonie", "unauffällig"), "Pneumonie", "name"),
        (("Pneumonie", "unauffa\u0308llig"), "Pneumonie", "name"),
        (("auffällig", "unauffällig"), "auffällig", "name"),
        (("Pneumonie", "nicht unauffällig"), "nicht unauffällig", "order"),
        (("ohne Befund", "Rundherd"), "Rundherd", "name"),
        (("Tumor", "keinTumor"), "Tumor", "name"),
        (("krank", "ungesund"), "ungesund", "order"),
        (("bösartig", "gutartig"), "bösartig", "name"),
        (("malin", "bénin"), "malin", "name"),
        (("fracture", "sans fracture"), "fracture", "name"),
        (("Négatif", "Positif"), "Positif", "name"),
        (("neumonía", "sano"), "neumonía", "name"),
        (("neumonía", "sin hallazgos"), "neumonía", "name"),
    ],
)
def test_the_class_that_is_there_is_positive(
    classes: tuple[str, str], name: str, reason: str
) -> None:
    found = find_positive(classes)
    assert found == (name, reason)
    assert found is not None
    assert name in note_positive(found).text


def test_only_two_classes_have_a_positive_one() -> None:
    assert find_positive(("a",)) is None
    assert find_positive(("a", "b", "normal")) is None
