// What the pointer, the wheel and the keys do over an image.

import { findPointer } from "./image_pane.js";
import { readViewerKey } from "./keys.js";
import {
  MOVE,
  RULER,
  WINDOW,
  goToFrame,
  look,
  show,
  toPixels,
  useWindow,
  zoom,
} from "./viewer_state.js";
import { dragWindow } from "./window_level.js";
import { doubleClickFactor, pan, wheelFactor } from "./zoom.js";

export function listen(state, pane) {
  const { element } = pane;
  let held = null; // where a drag began, and the view then
  element.onwheel = (event) => {
    event.preventDefault();
    const next = state.data.frames && !event.ctrlKey && event.deltaY ? Math.sign(event.deltaY) : 0;
    if (next) goToFrame(state, state.data.frames.at + next);
    else zoom(state, wheelFactor(event.deltaY), findPointer(pane, state.data, event));
  };
  element.ondblclick = (event) =>
    zoom(state, doubleClickFactor(state.view), findPointer(pane, state.data, event));
  element.oncontextmenu = (event) => {
    if (state.data.depth) event.preventDefault();
  };
  element.onpointerdown = (event) => {
    element.setPointerCapture(event.pointerId);
    const point = findPointer(pane, state.data, event);
    const tool = chooseTool(state, event);
    held = { tool, point, event, view: state.view, window: state.window ?? readStart(state) };
    if (tool === RULER) state.line = null;
  };
  element.onpointerup = () => {
    held = null;
  };
  element.onpointerleave = () => {
    state.point = null;
    show(state);
  };
  element.onpointermove = (event) => {
    const point = findPointer(pane, state.data, event);
    state.point = toPixels(state, state.view, point);
    if (held?.tool === WINDOW) {
      const { clientX, clientY } = held.event;
      const [dx, dy] = [event.clientX - clientX, event.clientY - clientY];
      if (dx || dy) useWindow(state, dragWindow(held.window, dx, dy, state.data.depth.scale));
    } else if (held?.tool === RULER) {
      state.line = { from: toPixels(state, held.view, held.point), to: state.point };
    } else if (held) {
      look(state, pan(held.view, point.x - held.point.x, point.y - held.point.y));
    }
    if (state.data.depth || state.data.spacing) show(state);
  };
  element.onkeydown = (event) => step(state, event);
}

// What a drag does: what was chosen, or the window with the right button, as at a workstation.
function chooseTool({ data, set }, event) {
  if (data.depth && (event.button === 2 || set.tool === WINDOW)) return WINDOW;
  return data.spacing && set.tool === RULER ? RULER : MOVE;
}

function readStart({ data }) {
  return data.depth && { level: data.depth.level, range: data.depth.range };
}

export function step(state, event) {
  const asked = readViewerKey(event.key, state.data.hasNeighbours);
  if (!asked || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (asked.step) state.tell("step", asked.step);
  else if (state.panes.length) zoom(state, asked.zoom);
}
