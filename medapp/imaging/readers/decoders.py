"""DICOM's compressions, and what brings a decoder for each."""

from medapp.errors import ImageError

GPL = "pylibjpeg pylibjpeg-libjpeg"  # the second under GPL-3, so that no extra brings it
# DICOM's compressions (PS3.5 A.4), by pydicom's names, and what brings a missing one. All but the
# last two rows and `GPL` come with the extra `medapp[dicom]`.
DICOM_DECODERS = {
    "JPEG extended": ("JPEGExtended12Bit", GPL),
    "JPEG lossless": ("JPEGLosslessSV1", "python-gdcm"),
    "JPEG lossless, any predictor": ("JPEGLossless", "python-gdcm"),
    "JPEG-LS": ("JPEGLSLossless", "pyjpegls"),
    "JPEG-LS, near lossless": ("JPEGLSNearLossless", "pyjpegls"),
    "JPEG 2000": ("JPEG2000Lossless", "pylibjpeg pylibjpeg-openjpeg"),
    "JPEG 2000, lossy": ("JPEG2000", "pylibjpeg pylibjpeg-openjpeg"),
    "High-throughput JPEG 2000": ("HTJ2K", "pylibjpeg pylibjpeg-openjpeg"),
    "High-throughput JPEG 2000, lossless": ("HTJ2KLossless", "pylibjpeg pylibjpeg-openjpeg"),
    "JPEG": ("JPEGBaseline8Bit", "pillow"),
    "RLE": ("RLELossless", "pydicom"),
}

# pydicom's names for what decodes, the sturdiest first. One alone is asked: GDCM ends the whole
# process on some damaged JPEG files, so that it is kept for what nothing else decodes.
_PLUGINS = ("pydicom", "pyjpegls", "pylibjpeg", "pillow", "gdcm")


def choose_plugin(transfer_syntax: str) -> str:
    """What decodes a compression, by pydicom's name for it; "" where nothing has to.

    Raises:
        ImageError: nothing here decodes it; names the package that does.
    """
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    check_decoder(transfer_syntax)
    available = get_decoder(UID(transfer_syntax)).available_plugins
    return next((name for name in _PLUGINS if name in available), "")


def find_package(transfer_syntax: str) -> str:
    """The package that decodes a compression, by the UID of its transfer syntax; "" if unknown."""
    import pydicom.uid

    for name, package in DICOM_DECODERS.values():
        if getattr(pydicom.uid, name) == transfer_syntax:
            return package
    return ""


def check_decoder(transfer_syntax: str) -> None:
    """Raise ImageError, which names the package, where nothing here decodes a compression."""
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    syntax = UID(transfer_syntax)
    try:
        is_there = get_decoder(syntax).is_available
    except NotImplementedError:
        is_there = False
    if is_there:
        return
    package = find_package(transfer_syntax)
    remedy = f"; {_write_way(package)}" if package else ", and no package is known to"
    raise ImageError(f"its pixels are compressed by {syntax.name}, which is not read here{remedy}")


def explain_failure(transfer_syntax: str, bits: int) -> ImageError:
    """What is said where decoders are there and none of them could.

    Args:
        bits: that are stored of each pixel.
    """
    from pydicom.uid import UID

    name = UID(transfer_syntax).name
    package = find_package(transfer_syntax)
    if package == GPL and bits > 8:
        return ImageError(
            f"its pixels are compressed by {name} with {bits} bits, which is not read here;"
            f" {_write_way(package)}"
        )
    return ImageError(f"its pixels ({name}) are damaged, or of a kind that is not read here")


def _write_way(package: str) -> str:
    terms = ", which are under the GPL" if package == GPL else ""
    return f"whoever installed MedApp can add {' and '.join(package.split())}{terms}"
