"""What there is to know of a data set, in figures: patients, copies, leaks."""

from dataclasses import dataclass

from medapp.data.catalog import Catalog
from medapp.data.ordering import Value
from medapp.data.samples import UNLABELLED, DataSet
from medapp.task import find_task

# Columns of the table `samples` that images can be sorted by; other columns are attributes.
OWN_COLUMNS = ("label", "patient", "site", "split", "width", "height")


@dataclass(frozen=True)
class Facts:
    """Counts of images in a data set, for what a person should know of it.

    Attributes:
        without_patient: images whose patient is not known.
        patients, sites: distinct ones.
        patients_in_two_splits: patients with images in more than one split.
        patient_leaks: test images of a patient who has others in training or validation.
        with_box: images with at least one box.
        copies, near_copies: images that are a copy of an earlier image, byte by byte or nearly.
        contradictions: images of which a copy stands under another class.
        leaks: test images of which a copy stands in training or validation.
        exact_leaks: those of them whose copy is one byte by byte.
        unchecked: images for whose near copies nobody has looked.
    """

    images: int
    without_patient: int
    patients: int
    sites: int
    patients_in_two_splits: int
    patient_leaks: int
    with_box: int
    copies: int
    near_copies: int
    contradictions: int
    leaks: int
    exact_leaks: int
    unchecked: int


def load_facts(catalog: Catalog, data_set: DataSet) -> Facts:
    """What there is to know of a data set, in figures."""
    mine = data_set.id
    of_mine = "FROM used WHERE data_set_id = ?"
    images, unknown, patients, sites, contents, pictures = catalog.read(
        "SELECT COUNT(*), COUNT(*) - COUNT(patient), COUNT(DISTINCT patient), COUNT(DISTINCT"
        f" site), COUNT(DISTINCT content_hash), COUNT(DISTINCT copy_group) {of_mine}",
        mine,
    )[0]
    torn = (
        f"FROM (SELECT 1 {of_mine} AND patient IS NOT NULL GROUP BY patient HAVING"
        " COUNT(DISTINCT split) > 1)"
    )
    labelled = f"{of_mine} AND label <> '{UNLABELLED}'"
    contrary = (
        f"(SELECT copy_group {labelled} GROUP BY copy_group HAVING COUNT(DISTINCT label) > 1)"
    )
    return Facts(
        images,
        unknown,
        patients,
        sites,
        patients_in_two_splits=catalog.count(torn, mine),
        patient_leaks=catalog.count_leaks(data_set, "patient"),
        with_box=catalog.count(f"{of_mine} AND id IN (SELECT sample_id FROM boxes)", mine),
        copies=images - contents,
        near_copies=contents - pictures,
        contradictions=catalog.count(f"{labelled} AND copy_group IN {contrary}", mine, mine),
        leaks=catalog.count_leaks(data_set),
        exact_leaks=catalog.count_leaks(data_set, "content_hash"),
        unchecked=count_unchecked(catalog, data_set),
    )


def count_ct(catalog: Catalog, data_set: DataSet) -> int:
    """Images that are CT, as their DICOM headers say."""
    is_ct = "json_extract(attributes, '$.modality') = 'CT'"
    return catalog.count(f"FROM used WHERE data_set_id = ? AND {is_ct}", data_set.id)


def count_unchecked(catalog: Catalog, data_set: DataSet) -> int:
    """Images for whose near copies nobody has looked."""
    missing = "FROM used WHERE data_set_id = ? AND fingerprint IS NULL"
    return catalog.count(missing, data_set.id)


def count_test_groups(catalog: Catalog, data_set: DataSet) -> dict[str, int]:
    """Independent groups of test images by class: patients, or pictures where none is known.

    The groups of all images together stand under the empty name.
    """
    query = (
        "SELECT DISTINCT label, COALESCE('p' || patient, copy_group) FROM used"
        " WHERE data_set_id = ? AND split = 'test'"
    )
    groups: dict[str, set[str]] = {"": set()}
    task = find_task(data_set.task)
    for label, group in catalog.read(query, data_set.id):
        for name in ("", *task.list_labels(label)):
            groups.setdefault(name, set()).add(group)
    return {name: len(found) for name, found in groups.items()}


def list_values(catalog: Catalog, data_set: DataSet) -> dict[str, dict[str, int]]:
    """How many images in use have each value of each column, the commonest first.

    Columns are "split", "patient" and "site" where any is known, and then the attributes by name.
    """
    query = (
        "SELECT column, value, COUNT(*) FROM ("
        "SELECT 0 AS place, 'split' AS column, split AS value FROM used WHERE data_set_id = ?1"
        " UNION ALL SELECT 1, 'patient', patient FROM used WHERE data_set_id = ?1"
        " UNION ALL SELECT 2, 'site', site FROM used WHERE data_set_id = ?1"
        " UNION ALL SELECT 3, j.key, j.value FROM used, json_each(used.attributes) AS j"
        " WHERE data_set_id = ?1)"
        " WHERE value IS NOT NULL GROUP BY place, column, value"
        " ORDER BY place, column, COUNT(*) DESC, value"
    )
    found: dict[str, dict[str, int]] = {}
    for column, value, images in catalog.read(query, data_set.id):
        found.setdefault(column, {})[value] = images
    return found


def count_edited(catalog: Catalog, data_set: DataSet) -> dict[str, int]:
    """Images by the kind of edit that was made to them and not undone."""
    query = (
        "SELECT kind, COUNT(DISTINCT sample_id) FROM edits WHERE data_set_id = ? AND NOT is_undone"
        " GROUP BY kind"
    )
    return dict(catalog.read(query, data_set.id))


def list_pictures(catalog: Catalog, data_set: DataSet) -> list[tuple[int, str, str, str]]:
    """Id, name, content hash and label of each sample, of those that are left out too."""
    query = "SELECT id, name, content_hash, label FROM samples WHERE data_set_id = ?"
    return [tuple(row) for row in catalog.read(query, data_set.id)]


def list_column(catalog: Catalog, data_set: DataSet, column: str) -> dict[int, Value]:
    """What stands in a column, by the samples' ids, of those that are left out too.

    Args:
        column: one of `OWN_COLUMNS`, or an attribute such as "age", which some may lack.
    """
    if column in OWN_COLUMNS:
        query = f"SELECT id, {column} FROM samples WHERE data_set_id = ?"
        return dict(catalog.read(query, data_set.id))
    query = (
        "SELECT s.id, j.value FROM samples AS s, json_each(s.attributes) AS j"
        " WHERE s.data_set_id = ? AND j.key = ?"
    )
    return dict(catalog.read(query, data_set.id, column))


def list_attributes(catalog: Catalog, data_set: DataSet) -> list[str]:
    """The names of the attributes that any sample has, in the order of the alphabet."""
    query = (
        "SELECT DISTINCT j.key FROM samples AS s, json_each(s.attributes) AS j"
        " WHERE s.data_set_id = ? ORDER BY j.key"
    )
    return [name for (name,) in catalog.read(query, data_set.id)]


def find_largest_side(catalog: Catalog, data_set: DataSet) -> int:
    """The shorter side of the image that is largest by it, in px; 0 without images."""
    rows = catalog.read(
        "SELECT MAX(MIN(width, height)) FROM used WHERE data_set_id = ?", data_set.id
    )
    return int(rows[0][0] or 0)
