"""The built-in data set: chest-radiograph-like images of no patient, the same bytes on every
machine.

A projection radiograph is the line integral of attenuation (Beer–Lambert: I = I₀ exp(−∫ μ dz)),
plus scatter, plus quantum noise whose variance is the number of quanta, seen through a detector's
logarithmic response (Bushberg et al., The Essential Physics of Medical Imaging, 3rd edition,
chapters 3, 4 and 7). The lengths come from `medapp.phantom.chest`.

What it does not model: a spectrum (no beam hardening, no heel effect), real scatter (here a fixed
share, blurred widely), Swank noise and detector lag, an antiscatter grid, lateral or supine views,
devices and lines, any disease but three. Nodules are denser than life, so that they can be seen at
128 px. Nothing learned here is true of people.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.geometry import Box
from medapp.phantom.chest import PIXEL_MM, SIZE_PX, Chest, Patient, View, draw_chest
from medapp.phantom.exact import Floats, Stream, exp, interpolate, log, smooth, spread
from medapp.phantom.shortcut import Mark, check_shortcut, draw_mark, place_mark
from medapp.store.threads import OnProgress, map_threaded

CLASSES = ("cardiomegaly", "effusion", "normal", "nodule")

# Attenuation per mm, near 70 keV; that of bone is beyond the soft tissue which bone replaces.
_SOFT = 0.0165
_LUNG = 0.0050
_BONE = 0.042
# Random streams of each patient: 0 body, 1 how many images, 2 … 4 views, 5 … 7 noise, 8 outlines,
# 9 vessels, 10 texture, 11 … 13 planted marks.
_STREAMS = 16
_MARKS = 6  # from an image's noise to its planted mark


@dataclass(frozen=True)
class Site:
    """A hospital's machine and habits."""

    name: str
    quanta: float  # per pixel in air
    scatter: float  # scattered over primary intensity, on the mean
    edge: float  # how much local contrast the processing adds
    film: float  # 0 a linear display, 1 a film's S-shaped curve
    blur: int  # binomial passes of the detector
    shutter_mm: float  # how far the collimator may reach into the field
    marker: tuple[str, ...]
    is_marker_left: bool


_L = ("1....", "1....", "1....", "1....", "1....", "1....", "11111")
_R = ("1111.", "1...1", "1...1", "1111.", "1.1..", "1..1.", "1...1")
SITES = (
    Site(
        "north",
        30000.0,
        scatter=0.35,
        edge=0.6,
        film=0.15,
        blur=1,
        shutter_mm=0.0,
        marker=_L,
        is_marker_left=False,
    ),
    Site(
        "south",
        7000.0,
        scatter=0.7,
        edge=0.1,
        film=0.5,
        blur=2,
        shutter_mm=22.0,
        marker=_R,
        is_marker_left=True,
    ),
)


@dataclass(frozen=True)
class Exposure:
    """One image to make: who, how they stood, on which machine, how it was exposed and shown."""

    patient: Patient
    view: View
    site: Site
    stream: int  # of the noise
    dose: float  # over the site's usual one
    window: tuple[float, float]  # shares of the display range cut at the dark and the bright end
    # What the collimator takes of the field, in mm: left, top, right, bottom.
    shutters: tuple[float, float, float, float]
    marker: tuple[float, float]  # mm from the field's top and from its side


@dataclass(frozen=True)
class PhantomImage:
    """What stands in one file: `name` is its path below the folder, with a forward slash.

    Attributes:
        mark: what was planted to give the class away; None in an image without it.
    """

    name: str
    label: str
    patient: str
    site: str
    boxes: tuple[Box, ...]
    mark: Mark | None = None


def draw_patient(seed: int, number: int, label: str) -> Patient:
    """A body with its finding, from a stream of its own.

    Hearts of normal and of enlarged size overlap.
    """
    uniform = Stream(seed, number * _STREAMS).draw
    bulge = uniform() + uniform() - 1.0
    return Patient(
        label=label,
        seed=seed,
        stream=number * _STREAMS + 8,
        half_width=uniform(62.0, 74.0),
        height=uniform(142.0, 166.0),
        depth=uniform(150.0, 190.0),
        fat=uniform(10.0, 34.0),
        dome=uniform(56.0, 78.0),
        dome_left=uniform(3.0, 13.0),
        heart=1.08 + 0.13 * bulge if label == "cardiomegaly" else 0.90 + 0.11 * bulge,
        heart_tilt=uniform(0.25, 0.75),
        rib_slope=uniform(0.02, 0.2),
        rib=uniform(4.2, 5.6),
        breast=max(0.0, uniform(-0.8, 1.0)),
        bend=uniform(-5.0, 5.0),
        vessels=uniform(1.2, 2.2),
        stomach=(uniform(36.0, 60.0), max(0.1, uniform(-12.0, 20.0))),
        side=1 if uniform() < 0.5 else -1,
        amount=uniform(0.0, 0.5) + uniform(0.0, 0.5),
        density=uniform(1.8, 3.4),
        place=(uniform(-0.1, 1.0), uniform(-0.8, 1.1)),
    )


def draw_exposure(patient: Patient, site: Site, number: int, k: int) -> Exposure:
    """The k-th image of a patient, k in 0 … 2."""
    stream = number * _STREAMS + 2 + k
    uniform = Stream(patient.seed, stream).draw
    view = View(
        shift=(uniform(-10.0, 10.0), uniform(-10.0, 10.0)),
        tilt=uniform(-0.05, 0.05),
        turn=uniform(-6.0, 6.0),
        scale=uniform(0.92, 1.04),
        breath=uniform(-6.0, 14.0),
    )
    reach = site.shutter_mm
    return Exposure(
        patient,
        view,
        site,
        stream + 3,
        dose=uniform(0.6, 1.6),
        window=(uniform(0.0, 0.06), uniform(0.0, 0.05)),
        shutters=(
            uniform(0.0, reach),
            uniform(0.0, reach),
            uniform(0.0, reach),
            uniform(0.0, reach),
        ),
        marker=(uniform(14.0, 60.0), uniform(8.0, 24.0)),
    )


def render(exposure: Exposure, has_finding: bool = True) -> NDArray[np.uint8]:
    """(224, 224) uint8, bright where the body is dense.

    Without its finding when not `has_finding`.
    """
    return _expose(exposure, draw_chest(exposure.patient, exposure.view, has_finding))


def find_boxes(exposure: Exposure, finding: Floats) -> tuple[Box, ...]:
    """The rectangle, within the shutters, where a finding has a tenth of its greatest length."""
    left, top, right, bottom = _find_shutters(exposure)
    seen = (finding > 0.1 * float(finding.max()))[top:bottom, left:right]
    rows = np.flatnonzero(seen.any(1))
    columns = np.flatnonzero(seen.any(0))
    if not rows.size:
        return ()
    edges = columns[0] + left, rows[0] + top, columns[-1] + left + 1, rows[-1] + top + 1
    return (Box(exposure.patient.label, *(float(edge) for edge in edges)),)


def plan_exposures(patients: int, seed: int) -> list[tuple[str, Exposure]]:
    """Each image's name and what to render.

    Classes and sites take turns, so that neither tells of the other.
    """
    plans = []
    for number in range(patients):
        label = CLASSES[number % len(CLASSES)]
        site = SITES[number // len(CLASSES) % len(SITES)]
        patient = draw_patient(seed, number, label)
        for k in range(1 + Stream(seed, number * _STREAMS + 1).choose(3)):
            plans.append(
                (f"{label}/p{number:03d}_{k + 1}.bmp", draw_exposure(patient, site, number, k))
            )
    return plans


def generate_phantom(
    folder: Path,
    patients: int = 320,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    shortcut: Mapping[str, float] | None = None,
) -> list[PhantomImage]:
    """Write the data set below `folder`, a folder a class, and say what stands in each file.

    The same arguments give the same bytes. Each patient has one to three images, all at one site;
    320 patients have 648 images and take about twelve seconds on two cores. `on_progress` is told
    how many images are done and of how many, in the caller's thread; what it raises stops the work.

    Args:
        shortcut: class to the share of its images, 0 to 1, that get a mark in a corner; a class
            that is not named gets none.

    Raises:
        DataError: a class of the shortcut is unknown, or a share is not in 0 to 1.
        OSError: the folder cannot be written.
    """
    shares = shortcut or {}
    check_shortcut(shares, CLASSES)
    plans = plan_exposures(patients, seed)
    for label in CLASSES:
        (folder / label).mkdir(parents=True, exist_ok=True)
    return list(map_threaded(lambda plan: _write_image(folder, *plan, shares), plans, on_progress))


def _write_image(
    folder: Path, name: str, exposure: Exposure, shortcut: Mapping[str, float]
) -> PhantomImage:
    chest = draw_chest(exposure.patient, exposure.view)
    pixels = _expose(exposure, chest)
    share = shortcut.get(exposure.patient.label, 0.0)
    mark = place_mark(exposure.patient.seed, exposure.stream + _MARKS, share)
    if mark is not None:
        draw_mark(pixels, mark)
    (folder / name).write_bytes(_encode_bmp(pixels))
    patient = name.split("/")[1].split("_")[0]
    return PhantomImage(
        name,
        exposure.patient.label,
        patient,
        exposure.site.name,
        find_boxes(exposure, chest.finding),
        mark,
    )


def _encode_bmp(image: NDArray[np.uint8]) -> bytes:
    """An 8-bit grey BMP.

    Written here because a compressed format's bytes change with the library that compresses.
    """
    height, width = image.shape  # the width is a multiple of four: rows need no padding
    offset = 14 + 40 + 4 * 256
    header = struct.pack("<2sIHHI", b"BM", offset + image.size, 0, 0, offset)
    header += struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, image.size, 0, 0, 256, 0)
    greys = np.arange(256, dtype=np.uint8)
    palette = np.stack([greys, greys, greys, np.zeros_like(greys)], axis=1)
    return header + palette.tobytes() + image[::-1].tobytes()


def _expose(exposure: Exposure, chest: Chest) -> NDArray[np.uint8]:
    site = exposure.site
    stream = Stream(exposure.patient.seed, exposure.stream)
    path = (
        _SOFT * chest.soft
        + _LUNG * chest.lung * (1.0 + 0.09 * _draw_texture(exposure))
        + _BONE * chest.bone
    )
    primary = exp(-path)
    total = primary + site.scatter * 0.12 * spread(np.minimum(primary, 0.35), 5)
    quanta = site.quanta * exposure.dose
    counts = total * quanta + np.sqrt(total * quanta) * stream.draw_normal(SIZE_PX, SIZE_PX)
    signal = -log(np.maximum(smooth(counts, site.blur) / quanta, 1e-4))
    signal = signal + site.edge * (signal - spread(signal, 3))
    low, high = _find_window(signal, exposure)
    t = np.minimum(np.maximum((signal - low) / (high - low), 0.0), 1.0)
    t = t + site.film * (t * t * (3.0 - 2.0 * t) - t)
    return _frame(exposure, np.floor(255.0 * t + 0.5).astype(np.uint8))


def _draw_texture(exposure: Exposure) -> Floats:
    """Smooth noise at three scales, fixed to the patient, for vessels too small to draw."""
    stream = Stream(exposure.patient.seed, exposure.patient.stream + 2)
    view = exposure.view
    axis = (np.arange(SIZE_PX, dtype=np.float64) + 0.5) * PIXEL_MM - 180.0
    total = np.zeros((SIZE_PX, SIZE_PX))
    for cell_mm, weight in ((22.0, 1.0), (11.0, 0.8), (5.5, 0.7)):
        count = int(440.0 / cell_mm)
        rows, columns = (
            (axis - s) / (view.scale * cell_mm) + 0.5 * count
            for s in (view.shift[1], view.shift[0])
        )
        total = total + weight * interpolate(stream.draw_normal(count, count), rows, columns)
    return total


def _find_window(signal: Floats, exposure: Exposure) -> tuple[float, float]:
    """The display range: what the middle of the field holds, less what the exposure cuts."""
    middle = np.sort(signal[24:-24:2, 24:-24:2], axis=None)
    low = float(middle[int(0.01 * middle.size)])
    high = float(middle[int(0.985 * middle.size)])
    span = high - low
    return (
        low - 0.08 * span + exposure.window[0] * span,
        high + 0.16 * span - exposure.window[1] * span,
    )


def _frame(exposure: Exposure, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The collimator's edges and the side marker, which is of lead."""
    site = exposure.site
    left, top, right, bottom = _find_shutters(exposure)
    glyph = np.array([[c == "1" for c in row] for row in site.marker]).repeat(2, 0).repeat(2, 1)
    height, width = glyph.shape
    row = top + int(exposure.marker[0] / PIXEL_MM)
    inward = int(exposure.marker[1] / PIXEL_MM)
    column = left + inward if site.is_marker_left else right - inward - width
    image[row : row + height, column : column + width][glyph] = 250
    framed = np.full_like(image, 6)
    framed[top:bottom, left:right] = image[top:bottom, left:right]
    return framed


def _find_shutters(exposure: Exposure) -> tuple[int, int, int, int]:
    """What the collimator leaves open, in pixels: left, top, and right, bottom exclusive."""
    left, top, right, bottom = (int(reach / PIXEL_MM) for reach in exposure.shutters)
    return left, top, SIZE_PX - right, SIZE_PX - bottom
