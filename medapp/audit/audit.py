"""An audit: all checks run over a data set, and what they found, kept in the workspace."""

import datetime
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from medapp.audit.checks import CHECKS, Check
from medapp.audit.finding import Finding, read_finding, sort_findings
from medapp.audit.ground import open_ground
from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet
from medapp.store.files import write_bytes
from medapp.store.workspace import Workspace

# What an audit looks for and by which rules; raised where an audit of before would find otherwise.
VERSION = 3
# Called with what is being done, how much is done and how much there is of that; an error that the
# function raises stops the audit.
OnAudit = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Audit:
    """What the checks found.

    Attributes:
        data_set: the uid.
        made: when, ISO 8601 in UTC.
        images: how many were looked at.
        basis: "VERSION:HASH", by which rules and of which images; see `say_outdated`.
        checks: the keys of `CHECKS` that were run.
        findings: the gravest first.
    """

    data_set: str
    made: str
    images: int
    basis: str
    checks: tuple[str, ...]
    findings: tuple[Finding, ...]


def run_audit(
    workspace: Workspace,
    data_set: DataSet,
    on_progress: OnAudit | None = None,
    with_features: bool = True,
    checks: Mapping[str, Check] = CHECKS,
) -> Audit:
    """Run the checks one after the other, and keep what they found.

    Args:
        with_features: also those checks for which a backbone reads the images.

    Raises:
        DataError: a check cannot be made.
    """
    wanted = {key: c for key, c in checks.items() if with_features or not c.needs_features}
    ground = open_ground(workspace, data_set)
    findings: list[Finding] = []
    for check in wanted.values():

        def tell(done: int, total: int, title: str = check.title) -> None:
            if on_progress is not None:
                on_progress(title, done, total)

        tell(0, len(ground.samples))
        findings += check.run(ground, tell)
    audit = Audit(
        data_set.uid,
        datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        len(ground.samples),
        f"{VERSION}:{hash_basis(ground.catalog, data_set)}",
        tuple(wanted),
        sort_findings(findings),
    )
    _save(workspace, audit)
    return audit


def hash_basis(catalog: Catalog, data_set: DataSet) -> str:
    """SHA-256, in hex, of each image's number, name and content, of those left out too; whatever
    else was edited does not count.
    """
    query = "SELECT id, name, content_hash FROM samples WHERE data_set_id = ? ORDER BY id"
    digest = hashlib.sha256()
    for row in catalog.read(query, data_set.id):
        digest.update(json.dumps(row).encode())
    return digest.hexdigest()


def say_outdated(catalog: Catalog, data_set: DataSet, basis: str) -> str:
    """Why an audit with this basis is not what an audit would find now; empty where it is."""
    version, _, images = basis.rpartition(":")
    if version != str(VERSION):
        return "Another version of MedApp made this audit, by other rules. Audit again."
    if images != hash_basis(catalog, data_set):
        return "Images came, went or were renamed since. Audit again."
    return ""


def find_audit(workspace: Workspace, data_set: DataSet) -> Audit | None:
    """The last audit of a data set; None where there is none, or none that can be read."""
    try:
        value = json.loads(workspace.find_audit_path(data_set.uid).read_text(encoding="utf-8"))
        findings = tuple(read_finding(finding) for finding in value.pop("findings"))
        return Audit(**{**value, "checks": tuple(value["checks"]), "findings": findings})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _save(workspace: Workspace, audit: Audit) -> None:
    value = {**vars(audit), "findings": [finding.to_dict() for finding in audit.findings]}
    write_bytes(workspace.find_audit_path(audit.data_set), json.dumps(value).encode())
