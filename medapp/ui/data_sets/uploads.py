"""Uploads on their way to disk: they would sit in memory."""

from pathlib import Path

from streamlit.runtime.uploaded_file_manager import UploadedFile


def save_upload(file: UploadedFile, folder: Path) -> Path:
    """Copy an upload to disk under its own last name.

    A name that is there already gets a number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(file.name.replace("\\", "/")).name or "upload"
    path = next(
        p
        for p in (folder / name, *(folder / f"{i}-{name}" for i in range(2, 100_000)))
        if not p.exists()
    )
    path.write_bytes(file.getbuffer())
    return path
