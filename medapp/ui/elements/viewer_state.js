// What a viewer shows of its image: the view, the window, the ruler's line, and what the reader has set.

import { showPane } from "./image_pane.js";
import { measureLength, nameLength } from "./ruler.js";
import { decodeShorts, nameValue, nameWindow, readValue } from "./window_level.js";
import { zoomAt } from "./zoom.js";

export const WHOLE = { zoom: 1, x: 0, y: 0 };
// What a drag does.
export const MOVE = "move";
export const WINDOW = "window";
export const RULER = "ruler";
// Windows beside those that have a name of their own.
export const AS_FIRST = "as first shown";
export const OWN = "own";

export function openState(data, before, tell) {
  const set = { opacity: 0.6, isInverted: false, hasBoxes: true, isStretched: false, tool: MOVE };
  const isSame = before?.key === data.key;
  const state = {
    window: isSame && data.depth ? before.window : null, // null: as first shown
    values: data.depth ? decodeShorts(data.depth.values) : null,
    line: isSame ? before.line : null, // of the ruler
    point: null, // where the pointer is, in pixels of the image
    data,
    key: data.key,
    view: isSame ? before.view : WHOLE,
    set: before?.set ?? set,
    panes: [],
    tell,
    get mapOpacity() {
      const strength = this.set.isStretched ? 1 : (this.data.heatmap?.strength ?? 1);
      return (this.data.heatmap?.contours ? 1 : this.set.opacity) * strength;
    },
  };
  Object.defineProperty(state, "reading", { get: () => nameReading(state) });
  state.observer = new ResizeObserver(() => show(state));
  return state;
}

export function show(state) {
  for (const pane of state.panes) showPane(pane, state);
}

export function look(state, view) {
  state.view = view;
  show(state);
}

export function zoom(state, factor, at) {
  look(state, zoomAt(state.view, factor, at));
}

// A place in shares of the fitted image, as `findPointer` gives it, in pixels of the image.
export function toPixels({ data }, view, { x, y }) {
  return {
    x: ((x - view.x) / view.zoom) * data.width,
    y: ((y - view.y) / view.zoom) * data.height,
  };
}

// Ask for another frame, once until it has come.
export function goToFrame(state, frame) {
  const { frames } = state.data;
  if (state.isWaiting || frame < 0 || frame >= frames.count) return;
  state.isWaiting = true;
  state.tell("frame", frame);
}

export function useWindow(state, window) {
  state.window = window;
  const select = state.presets;
  if (select) select.value = findPreset(state);
  show(state);
}

// What stands beside the caption: the value under the pointer, the window, the ruler's length.
function nameReading({ data, values, point, window, line }) {
  const parts = [];
  if (line) parts.push(nameLength(measureLength(line.from, line.to, data.spacing), data.spacing));
  if (window) parts.push(nameWindow(window, data.depth.unit));
  const value = data.depth && point ? readValue(values, data.depth, point.x, point.y) : null;
  if (value !== null) parts.push(nameValue(value, data.depth));
  return parts.join(" · ");
}

export function findPreset({ data, window }) {
  if (!window) return AS_FIRST;
  const same = ({ level, range }) => level === window.level && range === window.range;
  return data.depth.presets.find(same)?.name ?? OWN;
}
