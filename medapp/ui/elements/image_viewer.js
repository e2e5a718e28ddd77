// One image, or the image beside itself under a heatmap. Zoom, pan, opacity, invert and boxes are all
// done here, so they answer at once.
// data: { key, source, depth, spacing, frames, width, height, note, saveNote, position, hasNeighbours, name, problem,
//         boxes: [{ label, x0, y0, x1, y1 }],
//         heatmap: null | { values, size, view, note, colours, strength, scaleEnd, contours } }
// `depth` (see window_level.js) and `spacing` (see ruler.js) are null
// where the file has none; `frames` is { at, count }, from 0, where it holds several.
// An image that cannot be read has a problem in words and no source.
// Boxes and views are in pixels of the original image, origin at the top left; a view is
// [x0, y0, x1, y1]. `values` (one byte a pixel) and `colours` (256 RGB triples) are base64.
// `contours` (see contours.js) are drawn in their place; null for colours.

import { make } from "./dom.js";
import { buildPane } from "./image_pane.js";
import { buildBar } from "./viewer_bar.js";
import { listen, step } from "./viewer_pointer.js";
import { openState, show } from "./viewer_state.js";

const kept = new WeakMap(); // element → what the reader has set

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".viewer");
  const before = kept.get(host);
  before?.observer.disconnect();
  const focus = findFocus(host);
  host.replaceChildren();
  const grid = make("div", "panes", host);
  const state = openState(data, before, setTriggerValue);
  kept.set(host, state);
  buildPanes(state, grid);
  buildBar(state, make("div", "bar", host));
  state.observer.observe(grid);
  show(state);
  if (focus !== null) restoreFocus(host, focus);
  return () => state.observer.disconnect();
}

// What in the viewer has the focus: its name, or null where the focus is elsewhere.
function findFocus(host) {
  const focused = host.getRootNode().activeElement;
  if (!focused || !host.contains(focused)) return null;
  return focused.dataset.focus ?? "";
}

// What had the focus before the page brought another image has it again, so that the next key goes
// on from there.
function restoreFocus(host, name) {
  const found = name && host.querySelector(`[data-focus="${name}"]`);
  (found || host.querySelector("[data-focus]"))?.focus({ preventScroll: true });
}

function buildPanes(state, grid) {
  const { data } = state;
  if (data.problem) buildProblem(state, grid);
  else state.panes.push(buildPane(grid, data, false));
  if (data.heatmap) state.panes.push(buildPane(grid, data, true));
  for (const pane of state.panes) listen(state, pane);
}

function buildProblem(state, grid) {
  const pane = make("div", "pane problem", grid, state.data.problem);
  pane.tabIndex = 0;
  pane.dataset.focus = "image";
  pane.setAttribute("role", "alert");
  pane.onkeydown = (event) => step(state, event);
}
