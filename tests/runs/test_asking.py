from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from medapp.data.samples import Sample
from medapp.runs.asking import choose_patients

SAMPLE = Sample(0, "", Path(), "a", None, None, "test", "", 8, 8, "8-bit grey")


@given(
    st.lists(st.one_of(st.none(), st.sampled_from("abcdef")), min_size=1, max_size=30),
    st.integers(0, 35),
    st.integers(0, 5),
)
def test_patients_are_whole_and_no_more_images_than_asked_for(
    patients: list[str | None], images: int, seed: int
) -> None:
    samples = [replace(SAMPLE, id=id, patient=patient) for id, patient in enumerate(patients)]
    chosen = choose_patients(samples, images, seed)
    assert chosen == choose_patients(samples, images, seed)
    assert chosen == sorted(chosen, key=lambda sample: sample.id)
    there = {sample.patient for sample in chosen} - {None}
    rest = {sample.patient for sample in samples if sample not in chosen} - {None}
    assert there.isdisjoint(rest)
    if images == 0 or images >= len(samples):
        assert chosen == samples
    elif len(chosen) > images:
        # The first patient alone has more images than that.
        assert len(there) == 1
        assert None not in {sample.patient for sample in chosen}
