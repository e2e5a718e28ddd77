"""Damaged DICOM files of every compression are read or refused; none ends or holds up the process.

The short form of `benchmarks.sturdiness.mutated_dicom`.
"""

from collections import Counter

from benchmarks.sturdiness.mutated_dicom import list_originals, mutate, watch

FILES = 800  # seed 735 ends a process that lets GDCM try every JPEG


def test_damaged_files_are_read_or_refused() -> None:
    outcomes = [(seed, word) for seed, word in watch(FILES) if seed >= 0]
    assert len(outcomes) == FILES
    assert [(seed, word) for seed, word in outcomes if word not in ("read", "refused")] == []
    counts = Counter(word for _, word in outcomes)
    assert counts["read"] > FILES // 10
    assert counts["refused"] > FILES // 10


def test_every_file_is_damaged_and_the_same_each_time() -> None:
    originals = [path.read_bytes() for path in list_originals()]
    assert len(originals) > 50
    for seed, content in enumerate(originals):
        assert mutate(content, seed) == mutate(content, seed)
    assert sum(mutate(c, seed) != c for seed, c in enumerate(originals)) > 0.9 * len(originals)
