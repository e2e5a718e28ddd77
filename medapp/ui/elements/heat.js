// A heatmap's values (one byte a pixel) and its 256 colours (RGB triples) as RGBA pixels.

export function decodeBytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

// A cold place is clear and shows the image, as in medapp.explanation.placing.overlay.
export function colourMap(values, colours) {
  const pixels = new Uint8ClampedArray(4 * values.length);
  values.forEach((value, i) => pixels.set([...pickColour(colours, value), value], 4 * i));
  return pixels;
}

// The scale from low to high, opaque: 256 pixels.
export function colourScale(colours) {
  const pixels = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) pixels.set([...pickColour(colours, i), 255], 4 * i);
  return pixels;
}

// Where a rectangle [x0, y0, x1, y1] of the image lies, in percent of its width and height.
export function placeInPercent([x0, y0, x1, y1], width, height) {
  const share = (value, whole) => `${(100 * value) / whole}%`;
  return {
    left: share(x0, width),
    top: share(y0, height),
    width: share(x1 - x0, width),
    height: share(y1 - y0, height),
  };
}

function pickColour(colours, value) {
  return colours.subarray(3 * value, 3 * value + 3);
}
