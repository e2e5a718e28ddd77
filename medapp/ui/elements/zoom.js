// Zoom and pan of an image in its pane. A view is { zoom, x, y }: the image is drawn `zoom` times as
// large as it fits, its corner moved by x and y, in widths and heights of the fitted image. With
// zoom 1 and x, y 0 the whole image shows.

export const MOST_ZOOM = 16;

// How large an image is drawn at zoom 1, and the margin on its left and top, in pixels.
export function fit(paneWidth, paneHeight, width, height) {
  const scale = Math.min(paneWidth / width, paneHeight / height);
  const [w, h] = [width * scale, height * scale];
  return { scale, width: w, height: h, left: (paneWidth - w) / 2, top: (paneHeight - h) / 2 };
}

// The view after zooming by a factor, with the point `at` staying where it is.
export function zoomAt(view, factor, at = { x: 0.5, y: 0.5 }) {
  const zoom = clamp(view.zoom * factor, 1, MOST_ZOOM);
  const ratio = zoom / view.zoom;
  return hold({
    zoom,
    x: at.x - (at.x - view.x) * ratio,
    y: at.y - (at.y - view.y) * ratio,
  });
}

// The view moved by a share of the fitted image.
export function pan(view, dx, dy) {
  return hold({ ...view, x: view.x + dx, y: view.y + dy });
}

// The factor that a turn of the wheel by so many pixels asks for.
export function wheelFactor(deltaY) {
  return Math.exp(-deltaY / 400);
}

// The factor of a double click: close, and from close back to the whole image.
export function doubleClickFactor(view) {
  return view.zoom > 1 ? 1 / MOST_ZOOM : 2.5;
}

// The image never leaves its pane.
function hold({ zoom, x, y }) {
  return { zoom, x: clamp(x, 1 - zoom, 0), y: clamp(y, 1 - zoom, 0) };
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
