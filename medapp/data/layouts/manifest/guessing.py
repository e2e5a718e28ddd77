"""What a table's columns hold, told from their names, their cells and the images that are there.

Every guess has its reason in words, and whatever the user says goes before it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from medapp.data.layouts.listing import Parts
from medapp.data.layouts.manifest import words
from medapp.data.layouts.manifest.boxes import find_box_columns
from medapp.data.layouts.manifest.flags import describe_flags, find_flags
from medapp.data.layouts.manifest.marks import clean, is_number_mark, read_mark, write_whole
from medapp.data.layouts.manifest.matching import match_cells
from medapp.data.layouts.roles import COUNTS_AS, KINDS, Asked, Roles
from medapp.data.layouts.tables import Table
from medapp.data.layouts.template import find_split
from medapp.errors import DataError, Remedy
from medapp.task import TASKS

SAMPLED = 20_000  # rows that the column of images is told from
SEPARATORS = ("|", ";", ",")
MAX_GRADES = 12


def guess_roles(table: Table, names: Sequence[Parts], asked: Asked | None = None) -> Roles:
    """What the columns hold.

    Args:
        names: of the images that are there, as parts of their paths.
        asked: what the user says; it goes before every guess.

    Raises:
        DataError: a column that the user names is not there, or no column names any image.
    """
    asked = _check(table, asked or Asked())
    reasons: dict[str, str] = {}
    image = asked.image or _find_image(table, names, reasons)
    rest = [column for column in table.columns if column != image]
    flags = find_flags(table, asked.split or "")
    guess = _find_split_column(table, rest) or next(iter(flags), "")
    split = _choose(asked.split, guess, "split", reasons)
    if split in flags:
        reasons["split"] = describe_flags(flags)
    rest = [column for column in rest if column != split and column not in flags]
    is_patient = words.find_patient_column([image]) and not words.is_like_patient(image)
    called = words.find_patient_column([image, *rest] if is_patient else rest)
    patient = _choose(asked.patient, called, "patient", reasons)
    if patient == image and asked.patient is None:
        reasons["patient"] = (
            f"The column {image!r} is called like a patient too: each of its values counts as a"
            " patient of its own."
        )
    site = _choose(asked.site, next(filter(words.names_site, rest), ""), "site", reasons)
    boxes, are_sizes = find_box_columns(table, rest, reasons)
    used = {image, split, patient, site, *boxes}
    free = [column for column in rest if column not in used]
    labels = asked.labels if asked.labels is not None else _find_labels(table, free, reasons)
    roles = Roles(image, labels, patient, site, split, boxes, are_sizes, reasons=reasons)
    return _choose_kind(table, roles, asked)


def _check(table: Table, asked: Asked) -> Asked:
    """What is asked, with the columns as the table spells them."""
    for value, known in (
        (asked.kind, KINDS),
        (asked.uncertain, COUNTS_AS),
        (asked.blank, ("absent", "unknown")),
    ):
        if value is not None and value not in known:
            raise DataError(f"{value!r} is none of {', '.join(known)}.", remedy="Choose one.")
    if asked.kind is not None and KINDS[asked.kind] not in TASKS:
        raise DataError("Grades in order cannot be learned yet.", remedy="Choose single.")

    def spell(column: str | None) -> str | None:
        return table.columns[table.find_column(column)] if column else column

    labels = asked.labels
    if labels is not None:
        labels = tuple(table.columns[table.find_column(label)] for label in labels)
    return replace(
        asked,
        image=spell(asked.image),
        labels=labels,
        patient=spell(asked.patient),
        site=spell(asked.site),
        split=spell(asked.split),
    )


def _choose(asked: str | None, guess: str, role: str, reasons: dict[str, str]) -> str:
    if asked is not None:
        if asked:
            reasons[role] = f"The column {asked!r} was chosen for the {role}."
        return asked
    if guess:
        like = f"The column {guess!r}{words.explain_name(guess)} is called like a {role}."
        if role == "patient" and words.is_like_patient(guess):
            like = f"No column names patients; {guess!r} stands for them."
        reasons[role] = like
    return guess


def _find_image(table: Table, names: Sequence[Parts], reasons: dict[str, str]) -> str:
    """The column whose cells mean most of the images.

    Columns called like images come first, and a column that cannot mean more images than another
    does is not compared with them: it has too few different cells.
    """
    step = -(-len(table.rows) // SAMPLED) or 1
    best, most = "", (0, 0)
    for column in sorted(table.columns, key=lambda column: not words.names_image(column)):
        place = table.columns.index(column)
        cells = {row[place] for row in table.rows[::step] if row[place]}
        if min(len(cells), len(names)) <= most[0]:
            continue
        found = match_cells(cells, names)
        files = {name for images in found.images.values() for name in images}
        # Cells that name files go before those that name folders, as labels may.
        score = (0 if found.in_folders else len(files), len(files))
        if score > most:
            best, most = column, score
    if not best and step > 1:
        return _find_image_anywhere(table, names, reasons)
    if not best:
        none = f"No column of {table.name} names an image that is there."
        raise DataError(
            " ".join([none, *table.sentences]),
            remedy=Remedy(
                "Name another table, or the folder with the images that it is of.",
                "Name the table with --labels, and the folder with the images that it is of.",
            ),
        )
    what = "names" if most[0] > 0 else "names folders of"
    reasons["image"] = f"The column {best!r} {what} the images."
    return best


def _find_image_anywhere(table: Table, names: Sequence[Parts], reasons: dict[str, str]) -> str:
    """The same for a table of which a sample of rows names no image: most images are not there."""
    for column in filter(words.names_image, table.columns):
        if match_cells(table.list_cells(column), names).images:
            reasons["image"] = f"The column {column!r} names the images."
            return column
    raise DataError(
        f"No column of {table.name} names an image that is there.",
        remedy="Choose the folder with the images that the table is of.",
    )


def _find_split_column(table: Table, columns: Sequence[str]) -> str:
    for column in columns:
        values = {clean(cell) for cell in set(table.list_cells(column))} - {""}
        splits = {find_split(value) for value in values} if len(values) < 20 else {None}
        if values and None not in splits and (words.names_split(column) or len(splits) > 1):
            return column
    return ""


def _find_labels(table: Table, columns: Sequence[str], reasons: dict[str, str]) -> tuple[str, ...]:
    """The column called most like labels, or all columns of 0 and 1."""
    marked = _find_marked(table, columns)
    ranked = sorted(
        (rank, column)
        for column in columns
        if (rank := words.rank_label(column)) is not None and _may_be_labels(table, column)
    )
    texts = [column for _, column in ranked if column not in marked]
    if len(marked) > 1 and not (ranked and ranked[0][1] not in marked):
        named = [column for column in marked if not words.says_nothing_found(column)]
        generic = [c for c in marked if words.rank_label(c) is not None and words.is_generic(c)]
        if len(generic) == 1 and len(marked) < 4:
            meaning = words.explain_name(generic[0])
            reasons["labels"] = f"The column {generic[0]!r}{meaning} is called like labels."
            return (generic[0],)
        reasons["labels"] = f"{len(named)} columns of 0 and 1 are findings."
        return tuple(named)
    if texts or ranked:
        column = (texts or [column for _, column in ranked])[0]
        others = [repr(other) for _, other in ranked if other != column]
        also = f"; others may be meant: {', '.join(others[:3])}" if others else ""
        meaning = words.explain_name(column)
        reasons["labels"] = f"The column {column!r}{meaning} is called like labels{also}."
        return (column,)
    if len(marked) == 1:
        reasons["labels"] = f"The column {marked[0]!r} holds 0 and 1 alone."
        return (marked[0],)
    return ()


def _find_marked(table: Table, columns: Sequence[str]) -> list[str]:
    """The columns of 0, 1, -1 and gaps that are findings.

    Columns without a 1 may be measurements; they count where most columns have one.
    """
    marked: dict[str, set[str]] = {}
    for column in columns:
        cells = set(table.list_cells(column))
        if len(cells) <= 12 and all(map(is_number_mark, cells)) and any(map(clean, cells)):
            marked[column] = {write_whole(cell) for cell in cells}
    found = {column: "1" in marks for column, marks in marked.items() if not words.is_plain(column)}
    if 2 * sum(found.values()) < len(found):
        return [column for column, has_one in found.items() if has_one]
    return list(found)


def _may_be_labels(table: Table, column: str) -> bool:
    """Whether the cells, or the findings that bars divide in them, repeat enough to be labels."""
    cells = [cell for cell in table.list_cells(column) if clean(cell)]
    parts = [part.strip() for cell in cells for part in cell.split("|")]
    return bool(cells) and len(set(parts)) <= max(20, len(parts) // 2)


def list_label_columns(table: Table, roles: Roles) -> list[tuple[str, tuple[str, ...]]]:
    """Columns that may hold labels, each with its few values, the likeliest first."""
    found = []
    for column in table.columns:
        values = Counter(c for cell in table.list_cells(column) if (c := clean(cell)))
        is_few = 2 <= len(values) <= 20 and 2 * len(values) <= max(4, values.total())
        if is_few and column not in roles.list_columns():
            common = tuple(value for value, _ in values.most_common(4))
            are_numbers = all(re.fullmatch(r"[-+.\d]+", value) for value in values)
            found.append((are_numbers, -values.total(), column, common))
    return [(column, common) for _, _, column, common in sorted(found)]


def _choose_kind(table: Table, roles: Roles, asked: Asked) -> Roles:
    """The roles with the kind of labels, the separator, and what unclear marks count as."""
    reasons = dict(roles.reasons)
    separator = asked.separator
    if separator is None:
        separator = _find_separator(table, roles) if asked.kind in (None, "several") else ""
        if separator:
            reasons["separator"] = f"Some cells hold several findings, divided by {separator!r}."
    kind = asked.kind or _guess_kind(table, roles, separator, reasons)
    return replace(
        roles,
        kind=kind,
        separator=separator if kind == "several" else "",
        uncertain=asked.uncertain or "unknown",
        blank=asked.blank or "",
        reasons=reasons,
    )


def _guess_kind(table: Table, roles: Roles, separator: str, reasons: dict[str, str]) -> str:
    if separator:
        return "several"
    if len(roles.labels) > 1:
        if all(map(_is_one_hot, zip(*map(table.list_cells, roles.labels), strict=True))):
            reasons["kind"] = "Each row has exactly one 1, so that each image has one label."
            return "single"
        reasons["kind"] = "Rows have several findings or none."
        return "several"
    if roles.labels and roles.boxes and _differ(table, roles):
        reasons["kind"] = "Images have boxes of several findings."
        return "several"
    if roles.labels and KINDS["ordinal"] in TASKS and _are_grades(table, roles.labels[0]):
        reasons["kind"] = f"The numbers in {roles.labels[0]!r} are taken for grades in order."
        return "ordinal"
    if roles.labels and _may_be_grades(table, roles.labels[0]):
        reasons["kind"] = (
            f"The numbers in {roles.labels[0]!r} are taken for classes without an order; if they"
            " are grades, say so."
        )
    return "single"


def _is_one_hot(cells: Sequence[str]) -> bool:
    marks = [read_mark(cell) for cell in cells]
    return marks.count("present") == 1 and "uncertain" not in marks


def _differ(table: Table, roles: Roles) -> bool:
    """Whether an image has rows of different labels."""
    seen: dict[str, str] = {}
    rows = zip(table.list_cells(roles.image), table.list_cells(roles.labels[0]), strict=True)
    return any(seen.setdefault(image, label) != label for image, label in rows)


def _are_grades(table: Table, column: str) -> bool:
    """Whether cells are whole numbers, alone or after one and the same word, as in KL2."""
    found = {write_whole(cell) for cell in table.list_cells(column) if clean(cell)}
    parts = [re.fullmatch(r"(\D*?)\s*(\d{1,2})", cell) for cell in found]
    numbers = {(part[1], int(part[2])) for part in parts if part}
    is_one_row = len({word for word, _ in numbers}) == 1
    return (
        words.names_order(column) and is_one_row and 3 <= len(found) == len(numbers) <= MAX_GRADES
    )


def _may_be_grades(table: Table, column: str) -> bool:
    """Whether cells are the whole numbers from 0 or 1 on, at least three of them."""
    found = {write_whole(cell) for cell in table.list_cells(column) if clean(cell)}
    if not 3 <= len(found) <= MAX_GRADES or not all(re.fullmatch(r"\d{1,2}", c) for c in found):
        return False
    numbers = sorted(map(int, found))
    return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[-1] + 1))


def _find_separator(table: Table, roles: Roles) -> str:
    if len(roles.labels) != 1:
        return ""
    cells = Counter(c for cell in table.list_cells(roles.labels[0]) if (c := clean(cell)))
    if any(cell.startswith("[") and cell.endswith("]") for cell in cells):
        return ","
    return next((s for s in SEPARATORS if _divides(cells, s)), "")


def _divides(cells: Counter[str], separator: str) -> bool:
    """Whether parts of cells occur in several of them, so that they are findings of their own."""
    combined = [cell for cell in cells if separator in cell]
    if not combined:
        return False
    parts = Counter(part.strip() for cell in cells for part in dict.fromkeys(cell.split(separator)))
    inner = {part.strip() for cell in combined for part in cell.split(separator)} - {""}
    repeated = sum(parts[part] > 1 for part in inner)
    # A comma or a semicolon may belong to one label, such as "carcinoma, left".
    return 2 * repeated >= len(inner) if separator != "|" else True
