"""Small DICOM files for tests."""

import io
import warnings
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

GREY = np.arange(6, dtype=np.uint8).reshape(2, 3) * 40


def build_dicom(pixels: NDArray[Any], photometric: str = "MONOCHROME2", **facts: Any) -> bytes:
    """A DICOM file of pixels (H, W), (N, H, W) or (H, W, 3) with further elements by keyword.

    Values that the standard does not allow are written as they are, as devices do.
    """
    dicom = pydicom.Dataset()
    dicom.file_meta = FileMetaDataset()
    dicom.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dicom.file_meta.MediaStorageSOPClassUID = dicom.SOPClassUID = SecondaryCaptureImageStorage
    dicom.file_meta.MediaStorageSOPInstanceUID = dicom.SOPInstanceUID = generate_uid()
    is_colour = pixels.shape[-1] == 3 and photometric == "RGB"
    dicom.Rows, dicom.Columns = pixels.shape[-3:-1] if is_colour else pixels.shape[-2:]
    dicom.SamplesPerPixel, dicom.PhotometricInterpretation = 3 if is_colour else 1, photometric
    if is_colour:
        dicom.PlanarConfiguration = 0
    dicom.BitsAllocated = dicom.BitsStored = 8 * pixels.itemsize
    dicom.HighBit, dicom.PixelRepresentation = dicom.BitsStored - 1, int(pixels.dtype.kind == "i")
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        for name, value in facts.items():
            setattr(dicom, name, value)
    dicom.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    file = io.BytesIO()
    pydicom.dcmwrite(file, dicom, enforce_file_format=True)
    return file.getvalue()
