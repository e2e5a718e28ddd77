// One image, or the image beside itself under a heatmap. Zoom, pan, opacity, invert and boxes are all
// done here, so they answer at once.
// data: { key, source, width, height, note, saveNote, position, hasNeighbours, name,
//         boxes: [{ label, x0, y0, x1, y1 }], heatmap: null | { values, size, view, note, colours } }
// Boxes and views are in pixels of the original image, origin at the top left; a view is
// [x0, y0, x1, y1]. `values` (one byte a pixel) and `colours` (256 RGB triples) are base64.

import { make, savePng } from "./dom.js";
import { nameImageFile } from "./file_names.js";
import { buildPane, drawPicture, findPointer, paintScale, showPane } from "./image_pane.js";
import { readViewerKey } from "./keys.js";
import { doubleClickFactor, pan, wheelFactor, zoomAt } from "./zoom.js";

const WHOLE = { zoom: 1, x: 0, y: 0 };
const SCALE_HELP =
  "Relative within this image: the map's lowest to its highest value. Not a probability.";
const kept = new WeakMap(); // element → what the reader has set

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".viewer");
  const before = kept.get(host);
  before?.observer.disconnect();
  host.replaceChildren();
  const grid = make("div", "panes", host);
  const state = {
    data,
    key: data.key,
    view: before?.key === data.key ? before.view : WHOLE,
    set: before?.set ?? { opacity: 0.6, isInverted: false, hasBoxes: true },
    panes: [buildPane(grid, data, false)],
    observer: new ResizeObserver(() => show(state)),
    tell: setTriggerValue,
  };
  kept.set(host, state);
  if (data.heatmap) state.panes.push(buildPane(grid, data, true));
  for (const pane of state.panes) listen(state, pane);
  buildBar(state, make("div", "bar", host));
  state.observer.observe(grid);
  show(state);
  return () => state.observer.disconnect();
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
  element.onkeydown = (event) => {
    const asked = readViewerKey(event.key, state.data.hasNeighbours);
    if (!asked) return;
    event.preventDefault();
    if (asked.zoom) zoom(state, asked.zoom);
    else state.tell("step", asked.step);
  };
}

function buildBar(state, bar) {
  const { data, tell } = state;
  if (data.heatmap) buildOpacity(state, bar);
  buildCheck(state, bar, "Invert", "isInverted");
  const boxes = data.boxes.length > 1 ? "Boxes" : `Box: ${data.boxes[0]?.label}`;
  if (data.boxes.length) buildCheck(state, bar, boxes, "hasBoxes");
  const group = make("span", "group", bar);
  buildButton(group, "−", "Zoom out (−)", () => zoom(state, 1 / 1.4));
  buildButton(group, "+", "Zoom in (+)", () => zoom(state, 1.4));
  buildButton(group, "Fit", "Whole image (0)", () => look(state, WHOLE));
  const help = "Save what is shown, at the image's own size";
  buildButton(bar, "Save as PNG", help, () => save(state));
  const end = make("span", "end", bar);
  if (data.position) make("span", "position", end, data.position);
  if (data.hasNeighbours) {
    const pair = make("span", "group", end);
    buildButton(pair, "‹", "Previous image (←)", () => tell("step", -1));
    buildButton(pair, "›", "Next image (→)", () => tell("step", 1));
  }
}

function buildOpacity(state, bar) {
  const label = make("label", "", bar, "Opacity");
  const input = make("input", "", label);
  Object.assign(input, { type: "range", min: 0, max: 1, step: 0.05, value: state.set.opacity });
  input.oninput = () => {
    state.set.opacity = Number(input.value);
    show(state);
  };
  const scale = make("div", "scale", bar, "low");
  paintScale(make("canvas", "", scale), state.data.heatmap.colours);
  scale.append("high");
  scale.title = SCALE_HELP;
}

function buildCheck(state, bar, text, name) {
  const label = make("label", "", bar);
  const input = make("input", "", label);
  input.type = "checkbox";
  input.checked = state.set[name];
  input.onchange = () => {
    state.set[name] = input.checked;
    show(state);
  };
  label.append(text);
}

function buildButton(parent, text, help, act) {
  const button = make("button", "", parent, text);
  button.title = help;
  button.setAttribute("aria-label", help);
  button.onclick = act;
}

function save(state) {
  const { data, panes } = state;
  const text = [data.heatmap?.note, data.saveNote].filter(Boolean).join(" · ");
  const picture = drawPicture(panes.at(-1), state, text);
  savePng(picture, nameImageFile(data.name, Boolean(data.heatmap)));
}
