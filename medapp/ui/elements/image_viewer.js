// One image, or the image beside itself under a heatmap. Zoom, pan, opacity, invert and boxes are all
// done here, so they answer at once.
// data: { key, source, width, height, note, saveNote, position, hasNeighbours, name, problem,
//         boxes: [{ label, x0, y0, x1, y1 }],
//         heatmap: null | { values, size, view, note, colours, strength, scaleEnd } }
// An image that cannot be read has a problem in words and no source.
// Boxes and views are in pixels of the original image, origin at the top left; a view is
// [x0, y0, x1, y1]. `values` (one byte a pixel) and `colours` (256 RGB triples) are base64.

import { make } from "./dom.js";
import { nameImageFile } from "./file_names.js";
import { buildPane, findPointer, paintScale, showPane } from "./image_pane.js";
import { readViewerKey } from "./keys.js";
import { drawPicture } from "./picture.js";
import { savePng } from "./png.js";
import { doubleClickFactor, pan, wheelFactor, zoomAt } from "./zoom.js";

const WHOLE = { zoom: 1, x: 0, y: 0 };
const SCALE_HELP = "Each map is scaled to its own highest value. Not a probability.";
const STRETCH_HELP = "Show a weak map as if it were strong: to see where, not how much";
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

function openState(data, before, tell) {
  const set = { opacity: 0.6, isInverted: false, hasBoxes: true, isStretched: false };
  const state = {
    data,
    key: data.key,
    view: before?.key === data.key ? before.view : WHOLE,
    set: before?.set ?? set,
    panes: [],
    tell,
    get mapOpacity() {
      const strength = this.set.isStretched ? 1 : (this.data.heatmap?.strength ?? 1);
      return this.set.opacity * strength;
    },
  };
  state.observer = new ResizeObserver(() => show(state));
  return state;
}

function buildPanes(state, grid) {
  const { data } = state;
  if (data.problem) buildProblem(state, grid);
  else state.panes.push(buildPane(grid, data, false));
  if (data.heatmap) state.panes.push(buildPane(grid, data, true));
  for (const pane of state.panes) listen(state, pane);
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

function buildProblem(state, grid) {
  const pane = make("div", "pane problem", grid, state.data.problem);
  pane.tabIndex = 0;
  pane.dataset.focus = "image";
  pane.setAttribute("role", "alert");
  pane.onkeydown = (event) => step(state, event);
}

function show(state) {
  for (const pane of state.panes) showPane(pane, state);
}

function look(state, view) {
  state.view = view;
  show(state);
}

function zoom(state, factor, at) {
  look(state, zoomAt(state.view, factor, at));
}

function listen(state, pane) {
  const { element } = pane;
  let held = null; // where a drag began, and the view then
  element.onwheel = (event) => {
    event.preventDefault();
    zoom(state, wheelFactor(event.deltaY), findPointer(pane, state.data, event));
  };
  element.ondblclick = (event) =>
    zoom(state, doubleClickFactor(state.view), findPointer(pane, state.data, event));
  element.onpointerdown = (event) => {
    element.setPointerCapture(event.pointerId);
    held = { point: findPointer(pane, state.data, event), view: state.view };
  };
  element.onpointerup = () => {
    held = null;
  };
  element.onpointermove = (event) => {
    if (!held) return;
    const point = findPointer(pane, state.data, event);
    look(state, pan(held.view, point.x - held.point.x, point.y - held.point.y));
  };
  element.onkeydown = (event) => step(state, event);
}

function step(state, event) {
  const asked = readViewerKey(event.key, state.data.hasNeighbours);
  if (!asked || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (asked.step) state.tell("step", asked.step);
  else if (state.panes.length) zoom(state, asked.zoom);
}

function buildBar(state, bar) {
  const { data, tell } = state;
  if (data.heatmap) buildMapControls(state, bar);
  if (!data.problem) buildImageControls(state, bar);
  const end = make("span", "end", bar);
  if (data.position) make("span", "position", end, data.position);
  if (data.hasNeighbours) {
    const pair = make("span", "group", end);
    buildButton(pair, "‹", "Previous image (←)", () => tell("step", -1));
    buildButton(pair, "›", "Next image (→)", () => tell("step", 1));
  }
}

function buildImageControls(state, bar) {
  const { data } = state;
  buildCheck(state, bar, "Invert", "isInverted");
  const boxes = data.boxes.length > 1 ? "Boxes" : `Box: ${data.boxes[0]?.label}`;
  if (data.boxes.length) buildCheck(state, bar, boxes, "hasBoxes");
  const group = make("span", "group", bar);
  buildButton(group, "−", "Zoom out (−)", () => zoom(state, 1 / 1.4));
  buildButton(group, "+", "Zoom in (+)", () => zoom(state, 1.4));
  buildButton(group, "Fit", "Whole image (0)", () => look(state, WHOLE));
  buildButton(bar, "Save as PNG", "Save what is shown, side by side, for print (300 dpi)", () =>
    save(state),
  );
}

function buildMapControls(state, bar) {
  const { heatmap } = state.data;
  const scale = make("div", "scale", bar, "0");
  paintScale(make("canvas", "", scale), heatmap.colours);
  scale.append(heatmap.scaleEnd);
  scale.title = SCALE_HELP;
  const label = make("label", "", bar, "Opacity");
  const input = make("input", "", label);
  Object.assign(input, { type: "range", min: 0, max: 1, step: 0.05, value: state.set.opacity });
  input.setAttribute("aria-label", "Opacity");
  input.dataset.focus = "opacity";
  input.oninput = () => {
    state.set.opacity = Number(input.value);
    show(state);
  };
  if (heatmap.strength < 0.995)
    buildCheck(state, bar, "At full strength", "isStretched").title = STRETCH_HELP;
}

function buildCheck(state, bar, text, name) {
  const label = make("label", "", bar);
  const input = make("input", "", label);
  input.type = "checkbox";
  input.checked = state.set[name];
  input.dataset.focus = name;
  input.onchange = () => {
    state.set[name] = input.checked;
    show(state);
  };
  label.append(text);
  return label;
}

function buildButton(parent, text, help, act) {
  const button = make("button", "", parent, text);
  button.title = help;
  button.dataset.focus = help;
  button.setAttribute("aria-label", help);
  button.onclick = act;
}

function save(state) {
  const { data, panes } = state;
  savePng(drawPicture(panes, state), nameImageFile(data.name, Boolean(data.heatmap)));
}
