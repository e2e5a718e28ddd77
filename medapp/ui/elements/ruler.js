// Lengths over an image in millimetres, where the file says how large a pixel is: of a line, and of
// a scale bar. A spacing is { down, across, where }: mm from pixel to pixel, and what is so large
// where that is not the body, such as "at the detector".

const UNITS = [
  ["cm", 10],
  ["mm", 1],
  ["µm", 0.001],
];
const ROUND = [5, 2, 1];
const UNEVEN = 1.01; // pixels whose sides differ more are drawn distorted

// From one place to another, in pixels of the image.
export function measureLength(from, to, { down, across }) {
  return Math.hypot((to.x - from.x) * across, (to.y - from.y) * down);
}

export function nameLength(length, { where }) {
  return `${length < 10 ? length.toFixed(1) : Math.round(length)} mm${where ? ` ${where}` : ""}`;
}

// A bar across an image that is drawn so large: { px, text }, its length the longest of 1, 2 or 5
// times a power of ten that takes at most so many pixels of the screen.
export function chooseBar(spacing, scale, mostPx) {
  const pxPerMm = scale / spacing.across;
  const most = mostPx / pxPerMm;
  const power = 10 ** Math.floor(Math.log10(most));
  const length = (ROUND.find((step) => step * power <= most) ?? 1) * power;
  const [unit, size] = UNITS.find(([, mm]) => length >= 0.999 * mm) ?? UNITS.at(-1);
  const words = [`${Number((length / size).toPrecision(1))} ${unit}`];
  const { down, across, where } = spacing;
  if (Math.max(down, across) > UNEVEN * Math.min(down, across)) words.push("across");
  if (where) words.push(where);
  return { px: length * pxPerMm, text: words.join(" ") };
}
