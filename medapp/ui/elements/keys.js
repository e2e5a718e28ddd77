// What a key means: decisions only, without a page.

const ZOOMS = { "+": 1.4, "=": 1.4, "-": 1 / 1.4, 0: 1 / 16 };
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

// On an image: { zoom: factor }, { step: -1 or 1 }, or null for a key that is not ours.
export function readViewerKey(key, hasNeighbours) {
  if (key in ZOOMS) return { zoom: ZOOMS[key] };
  if (key in STEPS && hasNeighbours) return { step: STEPS[key] };
  return null;
}

// In a grid of `count` tiles with so many columns: the tile to go to from tile `at`, or null.
export function readGridKey(key, at, columns, count) {
  const step = { ...STEPS, ArrowDown: columns, ArrowUp: -columns }[key];
  if (at < 0 || !step) return null;
  const next = at + step;
  return next >= 0 && next < count ? next : at;
}
