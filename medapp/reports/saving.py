"""A document as files: one HTML page, and Markdown."""

from pathlib import Path

from medapp.errors import WorkspaceError
from medapp.reports.document import Document
from medapp.reports.markdown import write_markdown
from medapp.reports.page import write_page
from medapp.store.files import write_bytes

WRITERS = {".html": write_page, ".md": write_markdown}


def save_document(document: Document, to: Path, stem: str) -> tuple[Path, ...]:
    """Write a document.

    Args:
        to: a folder, where it becomes `stem`.html and `stem`.md; or one file of either kind.

    Returns:
        The files.

    Raises:
        WorkspaceError: another kind of file is asked for, or the place may not be written.
    """
    if to.suffix.lower() == ".pdf":
        raise WorkspaceError(
            "A report is written as HTML or as Markdown.",
            remedy="Write it as .html, open it in a browser, and print it as PDF.",
        )
    wanted = [to] if to.suffix in WRITERS else [to / f"{stem}{suffix}" for suffix in WRITERS]
    for path in wanted:
        write_bytes(path, WRITERS[path.suffix](document).encode())
    return tuple(wanted)
