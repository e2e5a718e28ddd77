"""A chest as lengths: the soft tissue, air-filled lung and bone that each ray passes, in mm.

Each organ is an ellipsoid, a tube or a dome whose chord is known in closed form. Lung is what
remains of the pleural space's chord when heart, vessels, diaphragm, fluid and nodules have taken
theirs, so the silhouettes come out by themselves. Lengths are in mm, the origin in the middle of
the chest, x to the patient's left (the image's right), y down. The numbers in the functions are the
proportions of an adult, set by eye. Made of exact arithmetic alone (`medapp.phantom.exact`).
"""

import math
from dataclasses import dataclass

import numpy as np

from medapp.phantom.exact import Floats, Stream, interpolate
from medapp.phantom.vessels import draw_tubes, grow_vessels

SIZE_PX = 224
FIELD_MM = 360.0
PIXEL_MM = FIELD_MM / SIZE_PX

_NORMAL_HEART = 0.86  # the size a large heart is compared with
_WIDEST = 35.0  # y of the lungs' widest level


@dataclass(frozen=True)
class Patient:
    """One body and its finding; lengths in mm."""

    label: str  # "normal", "nodule", "effusion" or "cardiomegaly"
    seed: int
    stream: int  # of the outlines; the next ones are of the vessels and the texture
    half_width: float  # of a lung
    height: float  # of a lung, from its widest level up to the apex
    depth: float  # of a lung, front to back
    fat: float  # around the cage
    dome: float  # y of the right diaphragm's top
    dome_left: float  # how much lower the left one is
    heart: float  # size; 1 is about half the chest's width
    heart_tilt: float  # tangent of its long axis
    rib_slope: float  # tangent by which ribs fall to the side
    rib: float  # half a rib's height
    breast: float  # 0 none … 1
    bend: float  # of the spine
    vessels: float  # how full they are, about 1
    stomach: tuple[float, float]  # half width and height of its air
    side: int  # of the finding: −1 right, 1 left
    amount: float  # of the finding, 0 … 1
    density: float  # of a nodule, over soft tissue's
    place: tuple[float, float]  # of a nodule in its lung, about −1 … 1 outward and down


@dataclass(frozen=True)
class View:
    """How a patient stood for one exposure."""

    shift: tuple[float, float]  # mm
    tilt: float  # tangent of the rotation in the image's plane
    turn: float  # mm between the front of the chest and its back
    scale: float
    breath: float  # mm by which the diaphragm is higher


@dataclass(frozen=True)
class Chest:
    """Lengths along each ray, (SIZE_PX, SIZE_PX), in mm.

    Attributes:
        finding: of the enlarged heart, the fluid or the nodule.
    """

    soft: Floats
    lung: Floats
    bone: Floats
    finding: Floats


@dataclass(frozen=True)
class _Frame:
    """Where each pixel lies in the patient, in mm, and in which half of the chest: −1 or 1."""

    x: Floats
    y: Floats
    side: Floats
    view: View


def draw_chest(patient: Patient, view: View, has_finding: bool = True) -> Chest:
    """All lengths of one patient in one view.

    Args:
        has_finding: False for the same patient in health.
    """
    frame = _place_pixels(patient, view)
    is_enlarged = patient.label == "cardiomegaly"
    size = patient.heart if has_finding or not is_enlarged else _NORMAL_HEART
    heart = _draw_heart(patient, frame, size)
    pleura = _draw_pleura(patient, frame)
    column = _draw_mediastinum(frame)
    domes = _draw_diaphragm(patient, frame)
    room = np.maximum(pleura - heart - column - domes - _draw_vessels(patient, view), 0.0)
    inside = np.zeros_like(room)
    if patient.label in _FINDINGS:
        inside = np.minimum(_FINDINGS[patient.label](patient, frame, pleura), room)
    lung = room - inside if has_finding else room
    soft = np.maximum(_draw_body(patient, frame) - _draw_air(patient, frame) - lung, 0.0)
    bone = (
        _draw_ribs(patient, frame)
        + _draw_spine(patient, frame)
        + _draw_shoulder_bones(patient, frame)
    )
    return Chest(soft, lung, bone, heart if is_enlarged else inside)


def _place_pixels(patient: Patient, view: View) -> _Frame:
    """Where each pixel lies in a patient who is rotated, shifted, scaled and gently warped.

    The warp keeps organs from having textbook outlines.
    """
    axis = (np.arange(SIZE_PX, dtype=np.float64) + 0.5) * PIXEL_MM - 0.5 * FIELD_MM
    px = (axis[None, :] - view.shift[0]) / view.scale
    py = (axis[:, None] - view.shift[1]) / view.scale
    norm = 1.0 / math.sqrt(1.0 + view.tilt * view.tilt)
    stream = Stream(patient.seed, patient.stream)
    rows = (py[:, 0] + 200.0) / 57.0
    columns = (px[0] + 200.0) / 57.0
    x = norm * (px + view.tilt * py) + 4.0 * interpolate(stream.draw_normal(8, 8), rows, columns)
    y = norm * (py - view.tilt * px) + 4.6 * interpolate(stream.draw_normal(8, 8), rows, columns)
    return _Frame(x, y, np.where(x < 0.0, -1.0, 1.0), view)


def _square(x: Floats) -> Floats:
    return x * x


def _root(x: Floats) -> Floats:
    """The square root, 0 below 0: the chord of a round thing."""
    x = np.maximum(x, 0.0)
    return np.sqrt(x, out=x)


def _ramp(x: Floats) -> Floats:
    """0 below 0, 1 above 1, smooth between."""
    x = np.maximum(x, 0.0)
    np.minimum(x, 1.0, out=x)
    slope = 3.0 - 2.0 * x
    slope *= x
    slope *= x
    return slope


def _bubble(
    frame: _Frame,
    centre: tuple[float, float],
    axes: tuple[float, float],
    depth: float,
    lean: float = 0.0,
) -> Floats:
    """Chord of an ellipsoid; `lean` is the tangent of its first axis, downwards to the left."""
    norm = 1.0 / math.sqrt(1.0 + lean * lean)
    dx = frame.x - centre[0]
    dy = frame.y - centre[1]
    u = (dx + lean * dy) * (norm / axes[0])
    v = (dy - lean * dx) * (norm / axes[1])
    return depth * _root(1.0 - u * u - v * v)


def _find_lung_centre(patient: Patient, y: Floats) -> Floats:
    """|x| of a lung's middle at height y: the lungs lean towards each other at the top."""
    return 0.90 * patient.half_width + 0.10 * (y - _WIDEST)


def _find_lung_width(patient: Patient, y: Floats) -> Floats:
    """The square of a lung's half width at height y, as a share of its widest: an ellipse, a little
    boxy.
    """
    dy = y - _WIDEST
    q = _square(dy * np.where(dy < 0.0, 1.0 / patient.height, 1.0 / 230.0))
    return 1.0 - 0.55 * q - 0.45 * q * q


def _find_chest_wall(patient: Patient) -> float:
    """|x| of the skin below the arms."""
    return 1.93 * patient.half_width + patient.fat


def _draw_pleura(patient: Patient, frame: _Frame) -> Floats:
    q = _square((frame.side * frame.x - _find_lung_centre(patient, frame.y)) / patient.half_width)
    return patient.depth * _root(_find_lung_width(patient, frame.y) - 0.6 * q - 0.4 * q * q)


def _draw_body(patient: Patient, frame: _Frame) -> Floats:
    """All that is not air outside the lungs: trunk with shoulders, neck, arms, breasts."""
    x = np.abs(frame.x)
    y = frame.y
    wall = _find_chest_wall(patient)
    q = _square(x / (wall + 75.0 * _ramp((-35.0 - y) / 75.0)))
    trunk = (patient.depth + 1.6 * patient.fat + 10.0) * _root(1.0 - 0.35 * q - 0.65 * q * q * q)
    shoulder = -172.0 - 0.3 * patient.fat + 0.14 * x + 0.0016 * x * x
    trunk = (
        trunk
        * _root(np.minimum((y - shoulder) / 75.0, 1.0))
        * (0.76 + 0.24 * _ramp((y + 130.0) / 190.0))
    )
    neck = 118.0 * _root(1.0 - _square(x / 56.0))
    arms = (
        75.0 * _root(1.0 - _square((x - wall - 42.0 + 0.10 * y) / 36.0)) * _ramp((y + 95.0) / 50.0)
    )
    breast = (
        1.0 - _square((x - 76.0) / 70.0) - _square((y - 62.0) / np.where(y < 62.0, 105.0, 50.0))
    )
    return np.maximum(trunk, neck) + arms + patient.breast * 46.0 * _ramp(0.75 * breast)


def _draw_heart(patient: Patient, frame: _Frame, size: float) -> Floats:
    """Left ventricle, right atrium, root of the great vessels: on the diaphragm, growing to the
    left and down.
    """
    turn = frame.view.turn
    grown = size - 1.0
    low = patient.dome - frame.view.breath + 0.5 * patient.dome_left
    axes = 61.0 * size, 45.0 * size
    ventricle = _bubble(
        frame, (24.0 + 22.0 * grown + turn, low - 18.0), axes, 190.0, patient.heart_tilt
    )
    atrium = _bubble(
        frame, (-16.0 - 12.0 * grown + turn, low - 26.0), (33.0 * size, 44.0 * size), 165.0
    )
    root = _bubble(frame, (14.0 + turn, low - 62.0), (29.0 + 11.6 * grown, 46.0), 150.0, -0.25)
    return np.maximum(np.maximum(ventricle, atrium), root)


def _draw_mediastinum(frame: _Frame) -> Floats:
    """The column between the lungs, the vena cava's straight border, the aorta with its knob, and
    the hila.
    """
    turn = frame.view.turn
    half = 19.0 + 8.0 * _ramp((frame.y + 95.0) / 80.0)
    column = 125.0 * _root(1.0 - _square((frame.x - 0.6 * turn) / half))
    cava = _bubble(frame, (-16.0 + turn, -45.0), (13.0, 62.0), 85.0)
    knob = _bubble(frame, (18.0 + 0.5 * turn, -58.0), (18.0, 20.0), 95.0)
    aorta = _bubble(frame, (24.0 - turn, 20.0), (11.0, 120.0), 26.0)
    right_hilum = _bubble(frame, (-38.0 + turn, -10.0), (13.0, 24.0), 34.0, 0.4)
    left_hilum = _bubble(frame, (41.0 + turn, -18.0), (12.0, 20.0), 34.0, -0.4)
    return column + cava + knob + aorta + right_hilum + left_hilum


def _draw_diaphragm(patient: Patient, frame: _Frame) -> Floats:
    """Two domes, columns below their widest level; where dome and rib cage meet at the side is the
    sharp sinus.
    """
    is_left = frame.side > 0.0
    top = patient.dome - frame.view.breath + np.where(is_left, patient.dome_left, 0.0)
    u = (frame.side * frame.x - np.where(is_left, 69.0, 60.0)) / (1.2 * patient.half_width)
    v = np.minimum(frame.y - top - 74.0, 0.0) / 74.0
    return 1.7 * patient.depth * _root(1.0 - u * u - v * v)


def _draw_air(patient: Patient, frame: _Frame) -> Floats:
    """Air in the trachea, in the main bronchi, and in the stomach under the left dome."""
    x = frame.x - 0.4 * frame.view.turn
    y = frame.y
    trachea = 21.0 * _root(1.0 - _square((x - 1.5) / 9.0)) * _ramp((-36.0 - y) / 10.0)
    fall = np.where(x < 0.0, 0.75, 0.55)
    bronchi = (
        13.0
        * _root(1.0 - _square((y + 44.0 - fall * np.abs(x)) / 8.0))
        * _ramp((40.0 - np.abs(x)) / 14.0)
    )
    width, height = patient.stomach
    top = patient.dome - frame.view.breath + patient.dome_left + 16.0
    return np.maximum(trachea, bronchi) + _bubble(
        frame, (width, top + height), (width, height), 2.2 * height, 0.2
    )


def _draw_vessels(patient: Patient, view: View) -> Floats:
    tubes = grow_vessels(Stream(patient.seed, patient.stream + 1))
    scale = view.scale / (math.sqrt(1.0 + view.tilt * view.tilt) * PIXEL_MM)
    px = (tubes.x - view.tilt * tubes.y) * scale + (view.shift[0] / PIXEL_MM + 0.5 * SIZE_PX - 0.5)
    py = (tubes.y + view.tilt * tubes.x) * scale + (view.shift[1] / PIXEL_MM + 0.5 * SIZE_PX - 0.5)
    return patient.vessels * draw_tubes(tubes, px, py, SIZE_PX, PIXEL_MM)


def _draw_spine(patient: Patient, frame: _Frame) -> Floats:
    """Vertebral bodies with discs between them, pedicles, and a line of spinous processes."""
    x = frame.x + frame.view.turn - patient.bend * (1.0 - _square(frame.y / 180.0))
    level = (frame.y + 400.0) / 23.0
    phase = level - np.floor(level) - 0.5
    edge = np.abs(phase)
    plate = _ramp((edge - 0.26) / 0.05) * _ramp((0.40 - edge) / 0.03)
    body = _root(1.0 - _square(x / 18.0)) * (3.5 - 1.5 * _ramp((edge - 0.36) / 0.08) + 0.5 * plate)
    pedicle = 1.5 * _root(1.0 - _square((np.abs(x) - 12.0) / 4.0) - _square((phase + 0.12) / 0.22))
    return body + pedicle + 2.0 * _root(1.0 - _square(x / 3.5) - _square((phase - 0.15) / 0.30))


def _draw_ribs(patient: Patient, frame: _Frame) -> Floats:
    """Eleven pairs, each drawn in the rows it can reach."""
    bone = np.zeros_like(frame.x)
    y = frame.y + 0.2 * frame.side * frame.view.turn - patient.rib_slope * np.abs(frame.x)
    spacing = (patient.height + 85.0) / 10.2
    for k in range(11):
        drop = 15.0 + 3.4 * k
        centre = _WIDEST - patient.height - 4.0 + spacing * k + drop - patient.rib_slope * 60.0
        first = max(0, int((centre - drop - 50.0 + 0.5 * FIELD_MM) / PIXEL_MM))
        last = min(SIZE_PX, int((centre + drop + 62.0 + 0.5 * FIELD_MM) / PIXEL_MM))
        if last > first:
            bone[first:last] += _draw_rib(
                patient, frame.x[first:last], y[first:last] - centre, centre, drop
            )
    return bone


def _draw_rib(patient: Patient, x: Floats, y: Floats, centre: float, drop: float) -> Floats:
    """A tilted ring around the cage, in projection an ellipse: above is the rib's back, below its
    front, which fades into cartilage towards the breastbone. The distance to it is of first order;
    a rib is hollow.
    """
    level = np.array([centre + patient.rib_slope * 90.0])
    half = patient.half_width * _root(_find_lung_width(patient, level))
    reach = float(_find_lung_centre(patient, level)[0] + half[0]) + 3.0
    u = x / reach
    v = y / drop
    uu = u * u
    ring = np.sqrt(uu + v * v) + 1e-9
    gradient = np.sqrt(_square(u / reach) + _square(v / drop)) / ring + 1e-9
    q = _square((ring - 1.0) / (gradient * patient.rib))
    chord = (7.0 * _root(1.0 - q) - 4.0 * _root(1.0 - 1.7 * q)) * np.minimum(
        1.0 + 1.3 * uu * uu, 2.3
    )
    return chord * np.where(y > 0.0, 0.8 * _ramp((np.abs(u) - 0.38) / 0.2), 1.0)


def _draw_shoulder_bones(patient: Patient, frame: _Frame) -> Floats:
    """Clavicles, shoulder blades and the heads of the arm bones."""
    turn = frame.view.turn
    y = frame.y
    x = np.abs(frame.x - turn)
    wall = _find_chest_wall(patient)
    t = (x - 16.0) / (wall - 16.0)
    line = -100.0 - 0.02 * turn * frame.side - 26.0 * t - 68.0 * t * (1.0 - t) * (t - 0.42)
    across = _square((y - line) / (5.6 + 2.4 * _square(t - 0.5)))
    ends = _ramp(t / 0.03) * _ramp((1.05 - t) / 0.08)
    clavicle = (14.0 * _root(1.0 - across) - 6.0 * _root(1.0 - 1.7 * across)) * ends
    blade = 1.0 - _square((x - wall + 24.0 + 0.22 * (y + 60.0)) / 29.0) - _square((y + 62.0) / 62.0)
    scapula = 3.2 * _ramp(blade / 0.10) + 3.0 * _ramp(blade / 0.05) * _ramp((0.16 - blade) / 0.06)
    head = 20.0 * _root(1.0 - _square((x - wall - 22.0) / 24.0) - _square((y + 104.0) / 25.0))
    return clavicle + scapula + head


def _draw_nodule(patient: Patient, frame: _Frame, pleura: Floats) -> Floats:
    """A sphere with two smaller ones in it, so that its edge is lobed."""
    radius = 7.0 + 10.0 * patient.amount
    y = -55.0 + 70.0 * patient.place[1]
    middle = float(_find_lung_centre(patient, np.array([y]))[0])
    x = patient.side * (middle + 0.62 * patient.half_width * patient.place[0])
    lobe = 0.35 * radius
    chord = _bubble(frame, (x, y), (radius, 0.9 * radius), 2.0 * radius)
    upper = _bubble(frame, (x + lobe, y - lobe), (0.75 * radius, 0.75 * radius), 1.6 * radius)
    lower = _bubble(
        frame, (x - 1.2 * lobe, y + 0.5 * lobe), (0.7 * radius, 0.7 * radius), 1.5 * radius
    )
    return patient.density * np.maximum(np.maximum(chord, upper), lower)


def _draw_fluid(patient: Patient, frame: _Frame, pleura: Floats) -> Floats:
    """Fluid fills one sinus from below, with a meniscus that climbs the chest's wall."""
    half = patient.half_width * _root(_find_lung_width(patient, frame.y))
    inward = np.maximum(_find_lung_centre(patient, frame.y) + half - frame.side * frame.x, 0.0)
    sinus = patient.dome - frame.view.breath + 46.0
    top = (
        sinus
        - 10.0
        - 135.0 * patient.amount
        + (24.0 + 26.0 * patient.amount) * inward / (inward + 16.0)
    )
    share = _ramp((frame.y - top) / (14.0 + 22.0 * patient.amount))
    return np.where(frame.side == float(patient.side), pleura * share, 0.0)


_FINDINGS = {"nodule": _draw_nodule, "effusion": _draw_fluid}  # what takes its place from the lung
