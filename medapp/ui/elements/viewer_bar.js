// The controls below an image.

import { make } from "./dom.js";
import { nameImageFile } from "./file_names.js";
import { paintScale } from "./image_pane.js";
import { drawPicture } from "./picture.js";
import { savePng } from "./png.js";
import {
  AS_FIRST,
  MOVE,
  OWN,
  RULER,
  WHOLE,
  WINDOW,
  findPreset,
  goToFrame,
  look,
  show,
  useWindow,
  zoom,
} from "./viewer_state.js";

const SCALE_HELP = "Each map is scaled to its own highest value. Not a probability.";
const STRETCH_HELP = "Show a weak map as if it were strong: to see where, not how much";

export function buildBar(state, bar) {
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
  const help =
    "Drag sets the window: across its width, down its level (also with the right button)";
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

function buildPresets(state, bar) {
  const label = make("label", "", bar, "Preset");
  const select = make("select", "", label);
  for (const { name } of state.data.depth.presets) make("option", "", select, name).value = name;
  select.prepend(make("option", "", null, AS_FIRST));
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

function buildMapControls(state, bar) {
  const { heatmap } = state.data;
  if (heatmap.contours) buildLegend(bar, heatmap);
  else buildScale(state, bar);
  if (heatmap.strength < 0.995)
    buildCheck(state, bar, "At full strength", "isStretched").title = STRETCH_HELP;
}

// Which line is which: of contours there is no opacity to set, as they hide next to nothing.
function buildLegend(bar, { contours, scaleEnd }) {
  const legend = make("div", "legend", bar);
  for (const { name, colour } of contours) {
    make("span", "line", legend).style.background = colour;
    make("span", "", legend, name);
  }
  make("span", "", legend, `of ${scaleEnd}`);
  legend.title = SCALE_HELP;
}

function buildScale(state, bar) {
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
