"""What comes with the program beside its code: icons, style, the bundled backbone."""

from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"
