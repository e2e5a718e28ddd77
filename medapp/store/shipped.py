"""What comes with the program beside its code: the pages, icons, style, the bundled backbone.

In a checkout these files stand at its top level, where users of Streamlit expect them; a wheel
carries them in the package's folder `shipped` (`force-include` in pyproject.toml).
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_IN_WHEEL = _PACKAGE / "shipped"

FOLDER = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent
APP = FOLDER / "app.py"
ASSETS = FOLDER / "assets"
SETTINGS = FOLDER / ".streamlit" / "config.toml"
