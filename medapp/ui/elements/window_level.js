// A window on values that are deeper than a screen shows: CT numbers, or 16 bits of grey. Decisions
// and pixels only, without a page. A depth is { values, width, height, step, offset, unit, level,
// range, presets }: every `step`-th value of each row and column, less `offset`, as 16-bit integers
// in base64; `level` and `range` are the window to begin with.

const LEAST_RANGE = 2;
const FULL_DRAG_PX = 400; // over so many pixels a drag changes a window by its own width

export function decodeShorts(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}

// Values as opaque grey pixels through a window, linear as in PS3.3 C.11.2.1.2.1.
export function paintWindow(values, offset, { level, range }) {
  const pixels = new Uint8ClampedArray(4 * values.length);
  for (let i = 0; i < values.length; i++) {
    const share = (values[i] + offset - (level - 0.5)) / (range - 1) + 0.5;
    const grey = 255 * share;
    pixels[4 * i] = pixels[4 * i + 1] = pixels[4 * i + 2] = grey;
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

// The window after a drag by so many pixels: across for its width, down for its level.
export function dragWindow({ level, range }, dx, dy) {
  const change = Math.max(range, 50) / FULL_DRAG_PX;
  return {
    level: Math.round(level + dy * change),
    range: Math.max(LEAST_RANGE, Math.round(range + dx * change)),
  };
}

// The value at a place of the image, in its pixels; null beside it.
export function readValue(values, depth, x, y) {
  const column = Math.floor(x / depth.step);
  const row = Math.floor(y / depth.step);
  if (column < 0 || row < 0 || column >= depth.width || row >= depth.height) return null;
  return values[row * depth.width + column] + depth.offset;
}

// Such as "window 40/400 HU".
export function nameWindow({ level, range }, unit) {
  const sign = level < 0 ? "−" : "";
  return `window ${sign}${Math.abs(level)}/${range}${unit ? ` ${unit}` : ""}`;
}
