// A window on values that are deeper than a screen shows: CT numbers, or whatever a file holds.
// Decisions and pixels only, without a page. A depth is { values, width, height, step, offset, scale,
// nothing, unit, level, range, isInverted, limits, presets }: of every `step`-th value of each row and
// column (value - offset) / scale, as 16-bit integers in base64; `nothing` is the integer that stands
// for no value, or null; `level` and `range` are the window to begin with; at `limits` and beyond
// them the file was cut, null where it was not. Whole numbers are sent as they are, with a scale of 1.

const LEAST_RANGE = 2; // of whole numbers, and of others times their scale
const FULL_DRAG_PX = 400; // over so many pixels a drag changes a window by its own width
const DRAG_RANGE = 50; // a narrower window is dragged as if it were so wide
const DIGITS = 4; // that count, of a number that is not whole

export function decodeShorts(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}

// Values as opaque grey pixels through a window: of whole numbers linear as in PS3.3 C.11.2.1.2.1, of
// others as in C.11.2.1.3.2. What is no value is black.
export function paintWindow(values, depth, { level, range }) {
  const { offset, scale, nothing, isInverted } = depth;
  const [middle, width] = scale === 1 ? [level - 0.5, range - 1] : [level, range];
  const pixels = new Uint8ClampedArray(4 * values.length);
  for (let i = 0; i < values.length; i++) {
    const share = (values[i] * scale + offset - middle) / width + 0.5;
    const grey = 255 * (isInverted ? 1 - share : share);
    pixels[4 * i] = pixels[4 * i + 1] = pixels[4 * i + 2] = values[i] === nothing ? 0 : grey;
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

// The window after a drag by so many pixels: across for its width, down for its level.
export function dragWindow({ level, range }, dx, dy, scale = 1) {
  const change = Math.max(range, DRAG_RANGE * scale) / FULL_DRAG_PX;
  return {
    level: shorten(level + dy * change, scale),
    range: Math.max(LEAST_RANGE * scale, shorten(range + dx * change, scale)),
  };
}

// The value at a place of the image, in its pixels; null beside it, and where there is none.
export function readValue(values, depth, x, y) {
  const column = Math.floor(x / depth.step);
  const row = Math.floor(y / depth.step);
  if (column < 0 || row < 0 || column >= depth.width || row >= depth.height) return null;
  const stored = values[row * depth.width + column];
  return stored === depth.nothing ? null : stored * depth.scale + depth.offset;
}

// Such as "−1000 HU", "value 412", or "≥ 1000 HU" where the file was cut.
export function nameValue(value, { scale, unit, limits }) {
  const near = scale / 2;
  const [low, high] = limits ?? [-Infinity, Infinity];
  const beyond = value <= low + near ? "≤ " : value >= high - near ? "≥ " : "";
  const number = shorten(beyond === "" ? value : beyond === "≤ " ? low : high, scale);
  return `${unit ? "" : "value "}${beyond}${sign(number)}${unit ? ` ${unit}` : ""}`;
}

function shorten(number, scale) {
  return scale === 1 ? Math.round(number) : Number(number.toPrecision(DIGITS));
}

function sign(number) {
  return String(number).replaceAll("-", "−");
}

// Such as "window 40/400 HU".
export function nameWindow({ level, range }, unit) {
  return `window ${sign(level)}/${sign(range)}${unit ? ` ${unit}` : ""}`;
}
