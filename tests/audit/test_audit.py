"""An audit runs its checks, and what they found is kept and known to be of these images."""

from pathlib import Path

from conftest import draw_picture
from PIL import Image

from medapp.audit.audit import VERSION, find_audit, hash_basis, run_audit, say_outdated
from medapp.audit.finding import Finding, Group, Member, read_finding, sort_findings
from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, NOTE, Change, apply_edits
from medapp.data.importing.adding import add_folder
from medapp.data.importing.updating import update
from medapp.data.schema import change
from medapp.store.workspace import open_workspace


def save_picture(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(draw_picture(seed)).save(path)


def test_an_audit_is_kept_and_read_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    for label in "ab":
        for number in range(3):
            save_picture(folder / "train" / label / f"{number}.png", 10 * ord(label) + number)
        save_picture(folder / "test" / label / "9.png", 10 * ord(label) + 9)
    (folder / "test" / "a" / "copy.png").write_bytes((folder / "train/a/0.png").read_bytes())
    workspace = open_workspace(tmp_path / "home")
    data_set = add_folder(workspace, folder).data_set
    assert find_audit(workspace, data_set) is None
    told: list[tuple[str, int, int]] = []
    audit = run_audit(workspace, data_set, lambda *tick: told.append(tick), with_features=False)
    assert find_audit(workspace, data_set) == audit
    assert told[0] == ("Reading images", 0, 9)
    leak = next(finding for finding in audit.findings if finding.kind == "leak")
    assert {member.name for member in leak.groups[0].members} == {
        "test/a/copy.png",
        "train/a/0.png",
    }
    assert leak.severity == "grave"  # one of three test images


def test_the_basis_stays_when_images_are_edited_and_not_when_they_come(tmp_path: Path) -> None:
    for label in "ab":
        save_picture(tmp_path / "set" / label / "0.png", ord(label))
    workspace = open_workspace(tmp_path / "home")
    data_set = add_folder(workspace, tmp_path / "set").data_set
    catalog = Catalog(workspace)
    before = hash_basis(catalog, data_set)
    ids = [sample.id for sample in catalog.load_samples(data_set)]
    edited = apply_edits(catalog, data_set, [Change(ids[0], LEAVE_OUT), Change(ids[1], NOTE, "x")])
    assert hash_basis(catalog, edited) == before
    save_picture(tmp_path / "set" / "a" / "1.png", 7)
    update(catalog, edited)
    assert hash_basis(catalog, edited) != before


def test_an_audit_says_why_it_is_out_of_date(tmp_path: Path) -> None:
    for label in "ab":
        save_picture(tmp_path / "set" / label / "0.png", ord(label))
    workspace = open_workspace(tmp_path / "home")
    data_set = add_folder(workspace, tmp_path / "set").data_set
    catalog = Catalog(workspace)
    made = run_audit(workspace, data_set, with_features=False)
    assert say_outdated(catalog, data_set, made.basis) == ""
    # As it was kept before there were versions, and by the rules of the version before.
    path = next(workspace.audits_folder.iterdir())
    plain = made.basis.partition(":")[2]
    for basis in (plain, f"{VERSION - 1}:{plain}"):
        path.write_text(path.read_text().replace(made.basis, basis))
        kept = find_audit(workspace, data_set)
        assert kept is not None
        assert kept.findings == made.findings
        assert "Another version" in say_outdated(catalog, data_set, kept.basis)
        path.write_text(path.read_text().replace(basis, made.basis))
    with change(catalog.path) as db:
        db.execute("UPDATE samples SET name = 'a/renamed.png' WHERE name = 'a/0.png'")
    assert "renamed since" in say_outdated(catalog, data_set, made.basis)


def test_a_damaged_audit_counts_as_none(tmp_path: Path) -> None:
    save_picture(tmp_path / "set" / "a" / "0.png", 0)
    workspace = open_workspace(tmp_path / "home")
    data_set = add_folder(workspace, tmp_path / "set").data_set
    run_audit(workspace, data_set, with_features=False)
    path = next(workspace.audits_folder.iterdir())
    for damage in (b"{", b"[]", b'{"findings": [{}]}', b"\xff"):
        path.write_bytes(damage)
        assert find_audit(workspace, data_set) is None


def test_findings_survive_json_and_stand_in_order() -> None:
    group = Group((Member("a", 1), Member("OTHER:b", 2, "uid")), "text", "label", "finding")
    quiet = Finding("copies", "info", "one", (group,), "do")
    grave = Finding("leak", "grave", "two")
    assert read_finding(quiet.to_dict()) == quiet
    assert sort_findings([quiet, grave]) == (grave, quiet)
    assert quiet.count == 1
