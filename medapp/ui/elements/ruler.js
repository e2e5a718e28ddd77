// The length of a line over an image: in millimetres where the file says how large a pixel is.

// From one place to another, in pixels of the image; `spacing` is [down, across] in mm.
export function measureLength(from, to, spacing) {
  const [down, across] = spacing;
  return Math.hypot((to.x - from.x) * across, (to.y - from.y) * down);
}

export function nameLength(length) {
  return `${length < 10 ? length.toFixed(1) : Math.round(length)} mm`;
}
