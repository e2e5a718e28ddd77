"""A secret of each workspace, so that what is hashed with it means nothing elsewhere."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from pathlib import Path

from medapp.errors import WorkspaceError
from medapp.store.workspace import Workspace

HEX_DIGITS = 16  # of a name's hash: a million names collide with a chance of 3 in 100 million


def hash_names(workspace: Workspace, names: Iterable[str]) -> dict[str, str]:
    """Each name as 16 hex digits: HMAC-SHA256 (RFC 2104) under the workspace's secret.

    The same name gives the same digits in one workspace, and others in another.

    Raises:
        WorkspaceError: the secret cannot be read or written.
    """
    salt = _load_salt(workspace)
    return {
        name: hmac.new(salt, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[
            :HEX_DIGITS
        ]
        for name in names
    }


def _load_salt(workspace: Workspace) -> bytes:
    path = workspace.root / "salt"
    try:
        if not path.exists():
            # Written aside and linked into place: of several that try, the first decides.
            aside = path.with_name(f".salt.{secrets.token_hex(8)}")
            try:
                aside.touch(0o600)
                aside.write_text(secrets.token_hex(32), encoding="ascii")
                _put_in_place(aside, path)
            finally:
                aside.unlink(missing_ok=True)
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"{path}, the secret that patients' ids are hashed with, cannot be used: {error}.",
            remedy="Check the permissions.",
        ) from error


def _put_in_place(aside: Path, path: Path) -> None:
    """Give a file its name, unless another one has it already."""
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return
    except OSError:
        # Some disks know no links.
        if not path.exists():
            aside.rename(path)
