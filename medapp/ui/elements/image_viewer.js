// One image, or the image beside itself under a heatmap. Zoom, pan, opacity, invert and boxes are all
// done here, so they answer at once.
// data: { key, source, depth, spacing, frames, width, height, note, saveNote, position, hasNeighbours, name, problem,
//         boxes: [{ label, x0, y0, x1, y1 }],
//         heatmap: null | { values, size, view, note, colours, strength, scaleEnd } }
// `depth` (see window_level.js) and `spacing` (mm from pixel to pixel, down and across) are null
// where the file has none; `frames` is { at, count }, from 0, where it holds several.
// An image that cannot be read has a problem in words and no source.
// Boxes and views are in pixels of the original image, origin at the top left; a view is
// [x0, y0, x1, y1]. `values` (one byte a pixel) and `colours` (256 RGB triples) are base64.

import { make } from "./dom.js";
import { nameImageFile } from "./file_names.js";
import { buildPane, findPointer, paintScale, showPane } from "./image_pane.js";
import { readViewerKey } from "./keys.js";
import { drawPicture } from "./picture.js";
import { savePng } from "./png.js";
import { measureLength, nameLength } from "./ruler.js";
import { decodeShorts, dragWindow, nameWindow, readValue } from "./window_level.js";
import { doubleClickFactor, pan, wheelFactor, zoomAt } from "./zoom.js";

const WHOLE = { zoom: 1, x: 0, y: 0 };
const SCALE_HELP = "Each map is scaled to its own highest value. Not a probability.";
const STRETCH_HELP = "Show a weak map as if it were strong: to see where, not how much";
const MOVE = "move";
const WINDOW = "window";
const RULER = "ruler";
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
  const set = { opacity: 0.6, isInverted: false, hasBoxes: true, isStretched: false, tool: MOVE };
  const isSame = before?.key === data.key;
  const state = {
    window: isSame && data.depth ? before.window : null, // null: as the file says
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
      return this.set.opacity * strength;
    },
  };
  Object.defineProperty(state, "reading", { get: () => nameReading(state) });
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
      if (dx || dy) useWindow(state, dragWindow(held.window, dx, dy));
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

// A place in shares of the fitted image, as `findPointer` gives it, in pixels of the image.
function toPixels({ data }, view, { x, y }) {
  return {
    x: ((x - view.x) / view.zoom) * data.width,
    y: ((y - view.y) / view.zoom) * data.height,
  };
}

// Ask for another frame, once until it has come.
function goToFrame(state, frame) {
  const { frames } = state.data;
  if (state.isWaiting || frame < 0 || frame >= frames.count) return;
  state.isWaiting = true;
  state.tell("frame", frame);
}

function useWindow(state, window) {
  state.window = window;
  const select = state.presets;
  if (select) select.value = findPreset(state);
  show(state);
}

// What stands beside the caption: the value under the pointer, the window, the ruler's length.
function nameReading({ data, values, point, window, line }) {
  const parts = [];
  if (line) parts.push(nameLength(measureLength(line.from, line.to, data.spacing)));
  if (window) parts.push(nameWindow(window, data.depth.unit));
  const value = data.depth?.unit && point ? readValue(values, data.depth, point.x, point.y) : null;
  if (value !== null) parts.push(`${value < 0 ? "−" : ""}${Math.abs(value)} ${data.depth.unit}`);
  return parts.join(" · ");
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
  if (data.depth || data.spacing) buildTools(state, bar);
  if (data.depth) buildPresets(state, bar);
  if (data.frames) buildFrames(state, bar);
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

function buildFrames(state, bar) {
  const { at, count } = state.data.frames;
  const group = make("span", "group", bar);
  buildButton(group, "▴", "Previous frame (wheel)", () => goToFrame(state, at - 1));
  buildButton(group, "▾", "Next frame (wheel)", () => goToFrame(state, at + 1));
  make("span", "position", group, `Frame ${at + 1} of ${count}`);
}

// What a drag does, where there is more than one thing that it can do.
function buildTools(state, bar) {
  const { data, set } = state;
  const group = make("span", "group tools", bar);
  const tools = [[MOVE, "Move", "Drag moves the image"]];
  const help = "Drag sets the window: across its width, down its level (also with the right button)";
  if (data.depth) tools.push([WINDOW, "Window", help]);
  if (data.spacing) tools.push([RULER, "Ruler", "Drag measures a length in mm"]);
  const buttons = tools.map(([tool, text, words]) => {
    const button = buildButton(group, text, words, () => {
      set.tool = tool;
      mark();
    });
    return { tool, button };
  });
  const mark = () => {
    const chosen = tools.some(([tool]) => tool === set.tool) ? set.tool : MOVE;
    for (const { tool, button } of buttons) button.setAttribute("aria-pressed", tool === chosen);
  };
  mark();
}

const AS_FILE = "as the file says";
const OWN = "own";

function buildPresets(state, bar) {
  const label = make("label", "", bar, "Window");
  const select = make("select", "", label);
  for (const { name } of state.data.depth.presets) make("option", "", select, name).value = name;
  select.prepend(make("option", "", null, AS_FILE));
  const own = make("option", "", select, OWN);
  own.disabled = true;
  select.dataset.focus = "presets";
  select.setAttribute("aria-label", "Window presets");
  state.presets = select;
  select.value = findPreset(state);
  select.onchange = () => {
    const preset = state.data.depth.presets.find(({ name }) => name === select.value);
    useWindow(state, preset ? { level: preset.level, range: preset.range } : null);
  };
}

function findPreset({ data, window }) {
  if (!window) return AS_FILE;
  const same = ({ level, range }) => level === window.level && range === window.range;
  return data.depth.presets.find(same)?.name ?? OWN;
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
  return button;
}

function save(state) {
  const { data, panes } = state;
  savePng(drawPicture(panes, state), nameImageFile(data.name, Boolean(data.heatmap)));
}
