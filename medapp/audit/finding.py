"""What an audit finds: groups of images, what is wrong with them, and what can be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from medapp.data.samples import Sample
from medapp.errors import Remedy, read_remedy
from medapp.notes import LEVELS, Level, Note
from medapp.task.multi_label import SEPARATOR, answer_finding


@dataclass(frozen=True)
class Member:
    """One image of a group.

    Attributes:
        name: what a person calls the image; of another data set `SET:name`.
        id: the sample's row in the catalog; None for a file that is no sample.
        data_set: the uid of the other data set that the image stands in; empty for the audited one.
    """

    name: str
    id: int | None = None
    data_set: str = ""


@dataclass(frozen=True)
class Group:
    """Images to be looked at side by side.

    Attributes:
        text: what is said of this group alone; empty where the finding says all.
        label: the label that is suggested for the group's images; empty for none, or where no
            finding is left.
        finding: of several findings an image, the one that is in doubt; the others stay.
        doubted: the label that they had when it was; None where no label is doubted, and in audits
            from before this was kept.
    """

    members: tuple[Member, ...]
    text: str = ""
    label: str = ""
    finding: str = ""
    doubted: str | None = None

    @property
    def suggestion(self) -> str:
        """What is suggested, in words; empty for nothing."""
        if not self.finding:
            return self.label
        is_there = self.finding in self.label.split(SEPARATOR)
        return self.finding if is_there else f"no {self.finding}"

    def relabel(self, label: str) -> str:
        """The label that an image with this one becomes by what is suggested."""
        if self.finding:
            is_there = self.finding in self.label.split(SEPARATOR)
            return answer_finding(label, self.finding, is_there)
        return self.label or label


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a data set, or to be known of it.

    Attributes:
        kind: of `medapp.audit.checks.KINDS`.
        severity: "info" is a fact; "caution" makes figures less sure than they look; "grave" makes
            them worthless as they stand.
        summary: what was found, in a whole sentence with its numbers.
        groups: the images, those that matter most first; empty where no single image is meant.
        remedy: what to do.
    """

    kind: str
    severity: Level
    summary: str
    groups: tuple[Group, ...] = ()
    remedy: str = ""

    @property
    def count(self) -> int:
        """How many groups there are: of single images, how many images."""
        return len(self.groups)

    @property
    def note(self) -> Note:
        """The finding without its images."""
        return Note(self.kind, self.summary, self.severity, self.remedy)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), **read_remedy(self.remedy).to_dict()}


def read_finding(value: Mapping[str, Any]) -> Finding:
    """The inverse of `Finding.to_dict`.

    Raises:
        TypeError, KeyError: the value is no finding.
    """
    groups = tuple(
        Group(**{**group, "members": tuple(Member(**member) for member in group["members"])})
        for group in value["groups"]
    )
    remedy = Remedy(value["remedy"], value.get("in_shell", ""))
    plain = {name: value[name] for name in ("kind", "severity", "summary")}
    return Finding(**plain, groups=groups, remedy=remedy)


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest first; those of one level stay in their order."""
    return tuple(sorted(findings, key=lambda finding: -LEVELS.index(finding.severity)))


def build_group(
    samples: Sequence[Sample],
    text: str = "",
    label: str = "",
    finding: str = "",
    doubted: str | None = None,
) -> Group:
    """Samples of the audited data set as a group."""
    members = tuple(Member(sample.name, sample.id) for sample in samples)
    return Group(members, text, label, finding, doubted)
