"""Patients whose images stand in more than one split."""

from medapp.audit.finding import Finding, build_group
from medapp.audit.ground import Ground
from medapp.data.notes import count, suggest_split, weigh_share
from medapp.data.samples import Sample
from medapp.notes import Level
from medapp.store.threads import OnProgress


def find_torn_patients(ground: Ground, on_progress: OnProgress) -> list[Finding]:
    """A group for each patient in several splits; grave where many test images are touched."""
    patients: dict[str, list[Sample]] = {}
    for sample in ground.samples:
        if sample.patient is not None:
            patients.setdefault(sample.patient, []).append(sample)
    torn = [found for found in patients.values() if len({s.split for s in found}) > 1]
    if not torn:
        return []
    touched = sum(s.split == "test" for found in torn for s in found)
    tests = sum(sample.split == "test" for sample in ground.samples)
    text = f"{count(len(torn), 'patient has', 'patients have')} images in more than one split"
    level: Level = "caution"
    if touched:
        level = weigh_share(touched, tests)
        text += f"; {touched:,} of {count(tests, 'test image', 'test images')} are touched"
    groups = [build_group(found, f"patient {found[0].patient}") for found in torn]
    remedy = suggest_split(ground.data_set.name)
    return [Finding("patients_in_two_splits", level, f"{text}.", tuple(groups), remedy)]
