"""`medapp data audit`, `fingerprint`: what is wrong with a data set, and what it is known by."""

from pathlib import Path
from typing import Annotated, Any

import typer

from medapp.audit.audit import Audit, run_audit
from medapp.audit.finding import Finding
from medapp.cli.output import AsJson, DataSetName, console, follow_steps, print_json, print_notes
from medapp.data.catalog import Catalog
from medapp.data.copies.public import save_fingerprints
from medapp.store.workspace import find_workspace

# Of a finding, unless all are asked for.
FEW_GROUPS = 3
FEW_NAMES = 6


def audit(
    name: DataSetName,
    with_features: Annotated[
        bool,
        typer.Option(
            "--features/--no-features",
            help="Also what a network is needed for, which takes longer than all the rest.",
        ),
    ] = True,
    with_all: Annotated[bool, typer.Option("--all", help="Name all images of a finding.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find what is wrong with a data set: copies, leaks, odd images, wrong labels, shortcuts.

    What was found is kept, and shown on the data set's page.
    """
    workspace = find_workspace()
    data_set = Catalog(workspace).find_data_set(name)
    with follow_steps("Reading the table") as tell:
        found = run_audit(workspace, data_set, tell, with_features)
    if as_json:
        print_json(describe_audit(data_set.name, found))
        return
    console.print(f"{data_set.name}: {found.images:,} images looked at.")
    if not found.findings:
        console.print("Nothing was found.")
    for finding in found.findings:
        _print_finding(finding, with_all)


def describe_audit(name: str, found: Audit) -> dict[str, Any]:
    """An audit as plain values: each group is a list of names."""
    findings = [
        {
            "kind": finding.kind,
            "severity": finding.severity,
            "count": finding.count,
            "summary": finding.summary,
            "remedy": finding.remedy,
            "groups": [[member.name for member in group.members] for group in finding.groups],
        }
        for finding in found.findings
    ]
    return {"dataset": name, "images": found.images, "findings": findings}


def _print_finding(finding: Finding, with_all: bool) -> None:
    print_notes([finding.note])
    shown = finding.groups if with_all else finding.groups[:FEW_GROUPS]
    for group in shown:
        names = [member.name for member in group.members]
        few = names if with_all else names[:FEW_NAMES]
        rest = f" and {len(names) - len(few):,} more" if len(few) < len(names) else ""
        said = f" ({group.text})" if group.text else ""
        console.print(f"    {', '.join(few)}{rest}{said}")
    if len(shown) < finding.count:
        console.print(f"    and {finding.count - len(shown):,} more: --all names them.")


def fingerprint(
    name: DataSetName,
    to: Annotated[Path, typer.Option(help="The file, such as my-set.parquet.")],
    title: Annotated[
        str | None, typer.Option(help="What the set was published as; else its name.")
    ] = None,
    source: Annotated[str, typer.Option(help="Who made it, and when.")] = "",
    terms: Annotated[str, typer.Option(help="Under which terms it was published.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write what a data set's images are known by to a file: no image, no name, no patient.

    Another MedApp with the file in the folder "fingerprints" of its workspace says which of its
    images are of this set.
    """
    catalog = Catalog(find_workspace())
    data_set = catalog.find_data_set(name)
    samples = catalog.load_samples(data_set)
    chosen = title or data_set.name
    written = save_fingerprints(to, data_set, samples, chosen, source, terms)
    if as_json:
        print_json({"dataset": data_set.name, "file": str(to), "fingerprints": written})
        return
    console.print(f"{to} holds the fingerprints of {written:,} images of {chosen}.")
