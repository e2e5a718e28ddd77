"""A chest as lengths: how many millimetres of soft tissue, air-filled lung, airway and bone each ray of a radiograph passes.

Each organ is an ellipsoid, a tube or a dome whose chord is known in closed form. Lung is what remains of the pleural space's chord when
heart, vessels, diaphragm, fluid and nodules have taken theirs, so the silhouettes come out by themselves. Lengths are in mm, the origin
in the middle of the chest, x to the patient's left (the image's right), y down. Made of exact arithmetic alone (`medapp.data.exact`).
"""

from dataclasses import dataclass

import numpy as np

from medapp.data.exact import Floats, Stream, interpolate, smooth

SIZE_PX = 224
FIELD_MM = 360.0
PIXEL_MM = FIELD_MM / SIZE_PX


@dataclass(frozen=True)
class Patient:
    """One body and its finding; lengths in mm."""

    label: str            # "normal", "nodule", "effusion" or "cardiomegaly"
    seed: int
    stream: int           # of the vessels and the texture
    half_width: float     # of a lung
    height: float         # of a lung, from its widest level up to the apex
    depth: float          # of a lung, front to back
    fat: float            # around the cage
    dome: float           # y of the right diaphragm's top
    dome_left: float      # how much lower the left one is
    heart: float          # size; 1 is about half the chest's width
    heart_tilt: float
    rib_slope: float
    rib_mm: float         # half a rib's height
    breast: float         # 0 none … 1
    bend: float           # of the spine
    vessels: float        # how full they are, about 1
    stomach: tuple[float, float]  # half width and height of its air; a height of 0 is none
    side: int             # of the finding: −1 right, 1 left
    amount: float         # of the finding, 0 … 1
    density: float        # of a nodule, 0 … 1
    place: tuple[float, float]  # of a nodule in its lung, −1 … 1 across and down


@dataclass(frozen=True)
class View:
    """How a patient stood for one exposure."""

    shift: tuple[float, float]  # mm
    tilt: float                 # tangent of the rotation in the image's plane
    turn: float                 # mm between the front of the chest and its back
    scale: float
    breath: float               # mm by which the diaphragm is higher


@dataclass(frozen=True)
class Chest:
    """Lengths along each ray, (SIZE_PX, SIZE_PX) float64, in mm; `finding` is what the disease has taken from the lung."""

    soft: Floats
    lung: Floats
    bone: Floats
    finding: Floats


@dataclass(frozen=True)
class _Frame:
    """Where each pixel lies in the patient: `x`, `y` per pixel, and the pixel axis without rotation for the textures."""

    x: Floats
    y: Floats
    side: Floats  # −1 or 1, which half of the chest
    view: View


def _root(x: Floats) -> Floats:
    return np.sqrt(np.maximum(x, 0.0))


def _ramp(x: Floats) -> Floats:
    """0 below 0, 1 above 1, smooth between."""
    t = np.minimum(np.maximum(x, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def _bubble(frame: _Frame, centre: tuple[float, float], axes: tuple[float, float], depth: float, lean: float = 0.0) -> Floats:
    """Chord of an ellipsoid; `lean` is the tangent of its long axis."""
    norm = 1.0 / (1.0 + lean * lean) ** 0.5
    dx, dy = frame.x - centre[0], frame.y - centre[1]
    u, v = (dx + lean * dy) * (norm / axes[0]), (dy - lean * dx) * (norm / axes[1])
    return depth * _root(1.0 - u * u - v * v)


def draw_chest(patient: Patient, view: View, has_finding: bool = True) -> Chest:
    """All lengths of one patient in one view; without its finding when not `has_finding` (a heart is then of normal size)."""
    frame = _place_pixels(patient, view)
    pleura = _draw_pleura(patient, frame)
    bone = _draw_ribs(patient, frame) + _draw_spine(patient, frame) + _draw_shoulder_bones(patient, frame)
    heart = _draw_heart(patient, frame, patient.heart)
    finding = np.zeros_like(pleura)
    if patient.label == "cardiomegaly":
        finding = heart
        heart = heart if has_finding else _draw_heart(patient, frame, 0.86)
    elif patient.label != "normal":
        finding = _draw_nodule(patient, frame) if patient.label == "nodule" else _draw_fluid(patient, frame, pleura)
    taken = heart + _draw_mediastinum(patient, frame) + _draw_diaphragm(patient, frame) + _draw_vessels(patient, frame)
    room = np.maximum(pleura - taken, 0.0)
    lung = room if patient.label == "cardiomegaly" or not has_finding else np.maximum(room - finding, 0.0)
    if patient.label != "cardiomegaly":
        finding = np.minimum(finding, room)
    soft = np.maximum(_draw_body(patient, frame) - _draw_airway(patient, frame) - lung, 0.0)
    return Chest(soft, lung, bone, finding)


def _place_pixels(patient: Patient, view: View) -> _Frame:
    """Rotated, shifted and scaled, and gently warped so that no organ keeps its textbook outline."""
    axis = (np.arange(SIZE_PX, dtype=np.float64) + 0.5) * PIXEL_MM - 0.5 * FIELD_MM
    px, py = (axis[None, :] - view.shift[0]) / view.scale, (axis[:, None] - view.shift[1]) / view.scale
    norm = 1.0 / (1.0 + view.tilt * view.tilt) ** 0.5
    x, y = norm * (px + view.tilt * py), norm * (py - view.tilt * px)
    stream = Stream(patient.seed, patient.stream)
    rows, columns = (py[:, 0] + 200.0) / 57.0, (px[0] + 200.0) / 57.0
    x = x + 4.0 * interpolate(stream.draw_normal(8, 8), rows, columns)
    y = y + 4.6 * interpolate(stream.draw_normal(8, 8), rows, columns)
    return _Frame(x, y, np.where(x < 0.0, -1.0, 1.0), view)


def _lung_profile(patient: Patient, y: Floats) -> Floats:
    """1 − (relative height)², in a boxier form; the lung's half width is the root of it."""
    dy = y - 35.0
    v = dy * np.where(dy < 0.0, 1.0 / patient.height, 1.0 / 230.0)
    q = v * v
    return 1.0 - 0.55 * q - 0.45 * q * q


def _draw_pleura(patient: Patient, frame: _Frame) -> Floats:
    u = (frame.side * frame.x - _lung_centre(patient, frame.y)) / patient.half_width
    q = u * u
    return patient.depth * _root(_lung_profile(patient, frame.y) - 0.6 * q - 0.4 * q * q)


def _lung_centre(patient: Patient, y: Floats) -> Floats:
    """The lungs lean towards each other at the top."""
    return 0.90 * patient.half_width + 0.10 * (y - 35.0)


def _draw_body(patient: Patient, frame: _Frame) -> Floats:
    x, y = np.abs(frame.x), frame.y
    half = 1.93 * patient.half_width + patient.fat
    flare = _ramp((-35.0 - y) / 75.0)
    u = x / (half + 75.0 * flare)
    q = u * u
    trunk = (patient.depth + 1.6 * patient.fat + 10.0) * _root(1.0 - 0.35 * q - 0.65 * q * q * q)
    line = -172.0 - 0.3 * patient.fat + 0.14 * x + 0.0016 * x * x
    trunk = trunk * _root(np.minimum((y - line) / 75.0, 1.0)) * (0.76 + 0.24 * _ramp((y + 130.0) / 190.0))
    neck = 118.0 * _root(1.0 - (x / 56.0) * (x / 56.0))
    arm = (x - half - 42.0 + 0.10 * y) / 36.0
    arms = 75.0 * _root(1.0 - arm * arm) * _ramp((y + 95.0) / 50.0)
    breast = 1.0 - _square((x - 76.0) / 70.0) - _square((y - 62.0) / np.where(y < 62.0, 105.0, 50.0))
    breasts = patient.breast * 46.0 * _ramp(0.75 * breast)
    return np.maximum(trunk, neck) + arms + breasts


def _square(x: Floats) -> Floats:
    return x * x


def _draw_heart(patient: Patient, frame: _Frame, size: float) -> Floats:
    """Left ventricle, right atrium and the root of the great vessels; it sits on the diaphragm and grows to the left and down."""
    turn, low = frame.view.turn, patient.dome - frame.view.breath + 0.5 * patient.dome_left
    ventricle = _bubble(
        frame, (24.0 + 22.0 * (size - 1.0) + turn, low - 18.0), (61.0 * size, 45.0 * size), 190.0, patient.heart_tilt
    )
    atrium = _bubble(frame, (-16.0 - 12.0 * (size - 1.0) + turn, low - 26.0), (33.0 * size, 44.0 * size), 165.0)
    root = _bubble(frame, (14.0 + turn, low - 62.0), (29.0 * (0.6 + 0.4 * size), 46.0), 150.0, -0.25)
    return np.maximum(np.maximum(ventricle, atrium), root)


def _draw_mediastinum(patient: Patient, frame: _Frame) -> Floats:
    """The column between the lungs, the cava's straight border, the aortic knob and the hila."""
    turn = frame.view.turn
    half = 19.0 + 8.0 * _ramp((frame.y + 95.0) / 80.0)
    column = 125.0 * _root(1.0 - _square((frame.x - 0.6 * turn) / half))
    cava = _bubble(frame, (-16.0 + turn, -45.0), (13.0, 62.0), 85.0)
    knob = _bubble(frame, (18.0 + 0.5 * turn, -58.0), (18.0, 20.0), 95.0)
    descending = _bubble(frame, (24.0 - turn, 20.0), (11.0, 120.0), 26.0)
    hila = _bubble(frame, (-38.0 + turn, -10.0), (13.0, 24.0), 34.0, 0.4) + _bubble(frame, (41.0 + turn, -18.0), (12.0, 20.0), 34.0, -0.4)
    return column + cava + knob + descending + hila


def _draw_diaphragm(patient: Patient, frame: _Frame) -> Floats:
    """Two domes; below their widest level they are columns, so that the sharp sinus at the side is where dome and rib cage meet."""
    left = frame.side > 0.0
    top = patient.dome - frame.view.breath + np.where(left, patient.dome_left, 0.0)
    u = (frame.side * frame.x - np.where(left, 69.0, 60.0)) / (1.2 * patient.half_width)
    v = np.minimum(frame.y - top - 74.0, 0.0) / 74.0
    return 1.7 * patient.depth * _root(1.0 - u * u - v * v)


def _draw_airway(patient: Patient, frame: _Frame) -> Floats:
    """Air in trachea and main bronchi, and the stomach's bubble under the left dome."""
    x, y = frame.x - 0.4 * frame.view.turn, frame.y
    trachea = 21.0 * _root(1.0 - _square((x - 1.5) / 9.0)) * _ramp((-36.0 - y) / 10.0)
    slope = np.where(x < 0.0, 0.75, 0.55)
    bronchi = 13.0 * _root(1.0 - _square((y + 44.0 - slope * np.abs(x)) / 8.0)) * _ramp((40.0 - np.abs(x)) / 14.0)
    top = patient.dome - frame.view.breath + patient.dome_left
    stomach = _bubble(frame, (patient.stomach[0], top + 16.0 + patient.stomach[1]), patient.stomach, 2.2 * patient.stomach[1], 0.2)
    return np.maximum(trachea, bronchi) + stomach


def _draw_spine(patient: Patient, frame: _Frame) -> Floats:
    """Vertebral bodies with discs between them, pedicles, and a line of spinous processes."""
    x = frame.x + frame.view.turn - patient.bend * (1.0 - _square(frame.y / 180.0))
    level = (frame.y + 400.0) / 23.0
    phase = level - np.floor(level) - 0.5
    body = _root(1.0 - _square(x / 18.0)) * (1.0 - 0.42 * _ramp((np.abs(phase) - 0.36) / 0.08))
    rim = 0.35 * _ramp((np.abs(phase) - 0.26) / 0.05) * _ramp((0.40 - np.abs(phase)) / 0.03) * _root(1.0 - _square(x / 18.0))
    pedicle = _root(1.0 - _square((np.abs(x) - 12.0) / 4.0) - _square((phase + 0.12) / 0.22))
    process = _root(1.0 - _square(x / 3.5) - _square((phase - 0.15) / 0.30))
    return 3.5 * body + 1.5 * rim + 1.5 * pedicle + 2.0 * process


def _draw_ribs(patient: Patient, frame: _Frame) -> Floats:
    """A rib is a tilted ring around the cage, in projection an ellipse: its upper half is the back, its lower half the front,
    which fades into cartilage towards the breastbone."""
    bone = np.zeros_like(frame.x)
    y_all = frame.y + (2.0 * frame.side * frame.view.turn + 0.0) * 0.1 - patient.rib_slope * np.abs(frame.x)
    spacing = (patient.height + 85.0) / 10.2
    for k in range(11):
        drop = 15.0 + 3.4 * k
        centre = 35.0 - patient.height - 4.0 + spacing * k + drop - patient.rib_slope * 60.0
        first = int(max(0.0, (centre - drop - 50.0 + 180.0) / PIXEL_MM))
        last = int(min(SIZE_PX, (centre + drop + 62.0 + 180.0) / PIXEL_MM))
        if last - first < 4:
            continue
        bone[first:last] += _draw_rib(patient, frame, y_all, slice(first, last), centre, drop)
    return bone


def _draw_rib(patient: Patient, frame: _Frame, y_all: Floats, rows: slice, centre: float, drop: float) -> Floats:
    x, y = frame.x[rows], y_all[rows] - centre
    level = np.array([centre + patient.rib_slope * 90.0])
    lean = float(_lung_centre(patient, level)[0])
    reach = lean + patient.half_width * float(_root(_lung_profile(patient, level))[0]) + 3.0
    u, v = x / reach, y / drop
    ring = np.sqrt(u * u + v * v) + 1e-9
    gradient = np.sqrt(_square(u / reach) + _square(v / drop)) / ring + 1e-9
    distance = (ring - 1.0) / (gradient * patient.rib_mm)
    q = distance * distance
    wall = 1.0 + 1.3 * u * u * u * u
    chord = (7.0 * _root(1.0 - q) - 4.0 * _root(1.0 - 1.7 * q)) * np.minimum(wall, 2.3)
    front = 0.8 * _ramp((np.abs(u) - 0.38) / 0.2)
    return chord * np.where(y > 0.0, front, 1.0)


def _draw_shoulder_bones(patient: Patient, frame: _Frame) -> Floats:
    """Clavicles, shoulder blades and the heads of the arm bones."""
    x, y, turn = np.abs(frame.x - frame.view.turn), frame.y, frame.view.turn
    half = 1.93 * patient.half_width + patient.fat
    t = (x - 16.0) / (half - 16.0)
    line = -100.0 - 0.02 * turn * frame.side - 26.0 * t - 34.0 * t * (1.0 - t) * (t - 0.42) * 2.0
    across = _square((y - line) / (5.6 + 2.4 * _square(t - 0.5)))
    clavicle = (14.0 * _root(1.0 - across) - 6.0 * _root(1.0 - 1.7 * across)) * _ramp(t / 0.03) * _ramp((1.05 - t) / 0.08)
    blade_x = x - half + 24.0 + 0.22 * (y + 60.0)
    blade = 1.0 - _square(blade_x / 29.0) - _square((y + 62.0) / 62.0)
    scapula = 3.2 * _ramp(blade / 0.10) + 3.0 * _ramp(blade / 0.05) * _ramp((0.16 - blade) / 0.06)
    head = 20.0 * _root(1.0 - _square((x - half - 22.0) / 24.0) - _square((y + 104.0) / 25.0))
    return clavicle + scapula + head


def _draw_nodule(patient: Patient, frame: _Frame) -> Floats:
    """A sphere with two smaller ones in it, so that its edge is lobed."""
    radius = 7.0 + 10.0 * patient.amount
    y = -55.0 + 70.0 * patient.place[1]
    centre = _lung_centre(patient, np.array([y]))[0] + 0.62 * patient.half_width * patient.place[0]
    x = patient.side * float(centre)
    lobe = 0.35 * radius
    chord = _bubble(frame, (x, y), (radius, 0.9 * radius), 2.0 * radius)
    chord = np.maximum(chord, _bubble(frame, (x + lobe, y - lobe), (0.75 * radius, 0.75 * radius), 1.6 * radius))
    chord = np.maximum(chord, _bubble(frame, (x - 1.2 * lobe, y + 0.5 * lobe), (0.7 * radius, 0.7 * radius), 1.5 * radius))
    return patient.density * chord


def _draw_fluid(patient: Patient, frame: _Frame, pleura: Floats) -> Floats:
    """Fluid fills the sinus from below, with a meniscus that climbs the chest's wall."""
    reach = _lung_centre(patient, frame.y) + patient.half_width * _root(_lung_profile(patient, frame.y))
    inward = np.maximum(reach - frame.side * frame.x, 0.0)
    sinus = patient.dome - frame.view.breath + 46.0
    top = sinus - 10.0 - 135.0 * patient.amount + (24.0 + 26.0 * patient.amount) * inward / (inward + 16.0)
    share = _ramp((frame.y - top) / (14.0 + 22.0 * patient.amount))
    return np.where(frame.side == float(patient.side), pleura * share, 0.0)


def _draw_vessels(patient: Patient, frame: _Frame) -> Floats:
    """Trees of tubes that start at the hila, fork twice and taper: dots of tissue along curved paths, blurred to their radius."""
    x, y, radius, step = _grow_vessels(patient)
    view = frame.view
    norm = 1.0 / (1.0 + view.tilt * view.tilt) ** 0.5
    px = (norm * (x - view.tilt * y) * view.scale + view.shift[0]) / PIXEL_MM + 0.5 * SIZE_PX - 0.5
    py = (norm * (y + view.tilt * x) * view.scale + view.shift[1]) / PIXEL_MM + 0.5 * SIZE_PX - 0.5
    volume = 3.14159 * radius * radius * step * (patient.vessels / (PIXEL_MM * PIXEL_MM))
    tissue = np.zeros((SIZE_PX, SIZE_PX))
    for passes, low, high in ((7, 2.6, 9.0), (3, 1.5, 2.6), (1, 0.0, 1.5)):
        chosen = (radius >= low) & (radius < high)
        tissue = tissue + smooth(_splat(px[chosen], py[chosen], volume[chosen]), passes)
    return tissue


def _grow_vessels(patient: Patient) -> tuple[Floats, Floats, Floats, Floats]:
    """Points of all tubes: x, y, radius and the length each point stands for, in mm."""
    stream = Stream(patient.seed, patient.stream + 1)
    count, steps = 30, 56
    sides = np.where(np.arange(count) % 2 == 0, -1.0, 1.0)
    x, y = sides * stream.draw_many(count, 30.0, 40.0), stream.draw_many(count, -30.0, 12.0) - 5.0
    dx, dy = sides * stream.draw_many(count, 0.05, 1.0), stream.draw_many(count, -1.1, 1.1)
    length, width = stream.draw_many(count, 70.0, 125.0), stream.draw_many(count, 2.0, 5.0)
    t = ((np.arange(steps, dtype=np.float64) + 0.5) / steps)[None, :]
    points = []
    for _ in range(3):
        norm = np.sqrt(dx * dx + dy * dy) + 1e-9
        dx, dy = dx / norm, dy / norm
        bow = stream.draw_many(len(x), -0.22, 0.22)[:, None] * length[:, None] * t * t
        path_x = x[:, None] + dx[:, None] * length[:, None] * t - dy[:, None] * bow
        path_y = y[:, None] + dy[:, None] * length[:, None] * t + dx[:, None] * bow
        radius = width[:, None] * (1.0 - 0.75 * t)
        points.append((path_x, path_y, radius, (length / steps)[:, None] + 0.0 * t))
        fork = np.floor(stream.draw_many(2 * len(x), 0.15, 0.75) * steps).astype(np.int64)
        parent = np.repeat(np.arange(len(x)), 2)
        bend = stream.draw_many(len(parent), 0.35, 0.9) * np.where(np.arange(len(parent)) % 2 == 0, -1.0, 1.0)
        x, y, width = path_x[parent, fork], path_y[parent, fork], 0.8 * radius[parent, fork]
        dx, dy = dx[parent] - bend * dy[parent], dy[parent] + bend * dx[parent]
        length = 0.55 * length[parent]
    flat = [np.concatenate([part[i].ravel() for part in points]) for i in range(4)]
    return flat[0], flat[1], flat[2], flat[3]


def _splat(px: Floats, py: Floats, weight: Floats) -> Floats:
    """Weights shared among the four nearest pixels; summed as whole numbers, so that their order does not matter."""
    inside = (px >= 0.0) & (py >= 0.0) & (px < SIZE_PX - 1.001) & (py < SIZE_PX - 1.001)
    px, py, weight = px[inside], py[inside], weight[inside] * 2.0**20
    column, row = np.floor(px), np.floor(py)
    fx, fy = px - column, py - row
    corner = (row * SIZE_PX + column).astype(np.int64)
    total = np.zeros(SIZE_PX * SIZE_PX)
    for offset, share in ((0, (1 - fx) * (1 - fy)), (1, fx * (1 - fy)), (SIZE_PX, (1 - fx) * fy), (SIZE_PX + 1, fx * fy)):
        total = total + np.bincount(corner + offset, np.floor(weight * share), SIZE_PX * SIZE_PX)
    return total.reshape(SIZE_PX, SIZE_PX) / 2.0**20
