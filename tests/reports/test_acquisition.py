"""What headers say is counted, the commonest first, and images without a header count for none."""

from pathlib import Path

from medapp.data.samples import Sample
from medapp.reports.acquisition import MOST_VALUES, gather_acquisition, state_acquisition


def make_sample(number: int, **attributes: str) -> Sample:
    path = Path(f"{number}.dcm")
    text = f"{number:064x}"
    return Sample(
        id=number,
        name=path.name,
        path=path,
        label="a",
        patient=None,
        site=None,
        split="train",
        content_hash=text,
        width=8,
        height=8,
        mode="16-bit grey",
        fingerprint=None,
        copy_group=text,
        attributes=attributes,
    )


def test_values_stand_by_how_many_images_have_them() -> None:
    samples = [
        make_sample(1, modality="DX", view="PA", burned_in_text="yes"),
        make_sample(2, modality="CR", view="AP", burned_in_text="no"),
        make_sample(3, modality="DX", sex="F"),
        make_sample(4, view="PA"),
    ]
    found = gather_acquisition(samples)
    assert found.headers == 3
    assert found.columns == {"modality": {"DX": 2, "CR": 1}, "view": {"AP": 1, "PA": 1}}
    assert found.burnt_in == 1
    assert state_acquisition(found, 4) == (
        "3 of 4 images came with a DICOM header. Modality: DX 2, CR 1. View: AP 1, PA 1."
    )


def test_what_is_not_named_is_counted() -> None:
    samples = [
        make_sample(i, modality="MR", manufacturer=f"maker {i}") for i in range(MOST_VALUES + 2)
    ]
    assert state_acquisition(gather_acquisition(samples), 8).endswith("maker 5 1, and 2 more.")


def test_without_headers_nothing_is_said() -> None:
    assert state_acquisition(gather_acquisition([make_sample(1, sex="F")]), 1) == ""
