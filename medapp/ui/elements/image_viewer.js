// One image, or the image beside itself under a heatmap. Zoom, pan, opacity, invert and boxes are all done here, so they answer at once.
// data: { key, source, width, height, note, place, hasNeighbours, name,
//         boxes: [{ label, x0, y0, x1, y1 }], heatmap: null | { values (base64, one byte a pixel), size, view: [x0, y0, x1, y1], note, colours } }
// Places are pixels of the original image, origin at the top left. `colours` are 256 RGB triples, base64.
const SVG = "http://www.w3.org/2000/svg";
const kept = new WeakMap(); // element → what the user has set

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

function paintMap(canvas, { values, size, colours }) {
  canvas.width = canvas.height = size;
  const image = new ImageData(size, size), map = bytes(values), table = bytes(colours);
  map.forEach((value, i) => {
    image.data.set(table.subarray(3 * value, 3 * value + 3), 4 * i);
    image.data[4 * i + 3] = value; // a cold place shows the image, as in medapp.heatmap.overlay
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function paintScale(canvas, colours) {
  [canvas.width, canvas.height] = [256, 1];
  const row = new ImageData(256, 1), table = bytes(colours);
  for (let i = 0; i < 256; i++) row.data.set([...table.subarray(3 * i, 3 * i + 3), 255], 4 * i);
  canvas.getContext("2d").putImageData(row, 0, 0);
}

function drawBoxes(parent, { boxes, width, height }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  for (const box of boxes) {
    const rect = document.createElementNS(SVG, "rect");
    const place = { x: box.x0, y: box.y0, width: box.x1 - box.x0, height: box.y1 - box.y0 };
    for (const [name, value] of Object.entries({ ...place, fill: "none", stroke: "#7CFFCB" })) rect.setAttribute(name, value);
    svg.append(rect);
  }
  parent.append(svg);
  return svg;
}

function buildPane(panes, data, hasMap) {
  const pane = make("div", "pane", panes);
  pane.tabIndex = 0;
  pane.style.aspectRatio = `${data.width} / ${data.height}`;
  pane.style.setProperty("--aspect", data.width / data.height);
  const stage = make("div", "stage", pane), clip = make("div", "clip", stage);
  const image = make("img", "", clip);
  image.src = data.source;
  image.alt = data.name;
  image.draggable = false;
  const made = { pane, stage, image };
  if (hasMap) {
    const [x0, y0, x1, y1] = data.heatmap.view, share = (value, whole) => `${(100 * value) / whole}%`;
    made.map = make("canvas", "", clip);
    Object.assign(made.map.style, {
      inset: "auto", left: share(x0, data.width), top: share(y0, data.height),
      width: share(x1 - x0, data.width), height: share(y1 - y0, data.height),
    });
    paintMap(made.map, data.heatmap);
  }
  if (data.boxes.length) made.boxes = drawBoxes(stage, data);
  make("div", "note", pane, hasMap ? data.heatmap.note : data.note);
  made.magnified = make("div", "magnified", pane);
  return made;
}

function show(state) {
  const { view, set, panes, data } = state;
  for (const { pane, stage, image, map, boxes, magnified } of panes) {
    const fit = Math.min(pane.clientWidth / data.width, pane.clientHeight / data.height);
    const [w, h] = [data.width * fit, data.height * fit];
    Object.assign(stage.style, { width: `${w}px`, height: `${h}px` });
    const [left, top] = [(pane.clientWidth - w) / 2, (pane.clientHeight - h) / 2];
    stage.style.transform = `translate(${left + view.x * w}px, ${top + view.y * h}px) scale(${view.zoom})`;
    stage.classList.toggle("pixels", fit * view.zoom > 3);
    image.classList.toggle("inverted", set.isInverted);
    if (map) map.style.opacity = set.opacity;
    if (boxes) Object.assign(boxes.style, { display: set.hasBoxes ? "" : "none", strokeWidth: 2 / (fit * view.zoom) });
    magnified.textContent = view.zoom > 1.01 ? `${view.zoom.toFixed(1)}×` : "";
  }
}

function zoomBy(state, factor, at = { x: 0.5, y: 0.5 }) {
  const { view } = state, zoom = Math.max(1, Math.min(16, view.zoom * factor)), ratio = zoom / view.zoom;
  view.x = at.x - (at.x - view.x) * ratio;
  view.y = at.y - (at.y - view.y) * ratio;
  view.zoom = zoom;
  hold(view);
  show(state);
}

function hold(view) { // the image never leaves its pane
  view.x = Math.min(0, Math.max(1 - view.zoom, view.x));
  view.y = Math.min(0, Math.max(1 - view.zoom, view.y));
}

function listen(state, { pane, stage }) {
  const placeOf = (event) => {
    const box = pane.getBoundingClientRect(), w = parseFloat(stage.style.width), h = parseFloat(stage.style.height);
    return { x: (event.clientX - box.left - (box.width - w) / 2) / w, y: (event.clientY - box.top - (box.height - h) / 2) / h, w, h };
  };
  pane.onwheel = (event) => { event.preventDefault(); zoomBy(state, Math.exp(-event.deltaY / 400), placeOf(event)); };
  pane.ondblclick = (event) => zoomBy(state, state.view.zoom > 1 ? 1 / 16 : 2.5, placeOf(event));
  pane.onpointerdown = (event) => { pane.setPointerCapture(event.pointerId); state.from = { event, ...state.view }; };
  pane.onpointerup = () => { state.from = null; };
  pane.onpointermove = (event) => {
    if (!state.from) return;
    const { w, h } = placeOf(event);
    state.view.x = state.from.x + (event.clientX - state.from.event.clientX) / w;
    state.view.y = state.from.y + (event.clientY - state.from.event.clientY) / h;
    hold(state.view);
    show(state);
  };
  pane.onkeydown = (event) => {
    const act = {
      "+": () => zoomBy(state, 1.4), "=": () => zoomBy(state, 1.4), "-": () => zoomBy(state, 1 / 1.4), 0: () => zoomBy(state, 1 / 16),
      ArrowRight: () => state.data.hasNeighbours && state.tell("step", 1), ArrowLeft: () => state.data.hasNeighbours && state.tell("step", -1),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  };
}

function buildBar(state, host) {
  const { data, set, tell } = state, bar = make("div", "bar", host);
  const button = (parent, text, title, act) => { const b = make("button", "", parent, text); b.title = title; b.setAttribute("aria-label", title); b.onclick = act; };
  const check = (text, name) => {
    const label = make("label", "", bar), input = make("input", "", label);
    input.type = "checkbox"; input.checked = set[name];
    input.onchange = () => { set[name] = input.checked; show(state); };
    label.append(text);
  };
  if (data.heatmap) {
    const label = make("label", "", bar, "Opacity"), input = make("input", "", label);
    Object.assign(input, { type: "range", min: 0, max: 1, step: 0.05, value: set.opacity });
    input.oninput = () => { set.opacity = +input.value; show(state); };
    const scale = make("div", "scale", bar, "low");
    paintScale(make("canvas", "", scale), data.heatmap.colours);
    scale.append("high");
    scale.title = "Relative within this image: the map's lowest to its highest value. Not a probability.";
  }
  check("Invert", "isInverted");
  if (data.boxes.length) check(data.boxes.length > 1 ? "Boxes" : `Box: ${data.boxes[0].label}`, "hasBoxes");
  const zoom = make("span", "group", bar);
  button(zoom, "−", "Zoom out (−)", () => zoomBy(state, 1 / 1.4));
  button(zoom, "+", "Zoom in (+)", () => zoomBy(state, 1.4));
  button(zoom, "Fit", "Whole image (0)", () => zoomBy(state, 1 / 16));
  button(bar, "Save as PNG", "Save what is shown, at the image's own size", () => savePicture(state));
  const end = make("span", "end", bar);
  if (data.place) make("span", "place", end, data.place);
  if (data.hasNeighbours) {
    const pair = make("span", "group", end);
    button(pair, "‹", "Previous image (←)", () => tell("step", -1));
    button(pair, "›", "Next image (→)", () => tell("step", 1));
  }
}

function savePicture({ data, panes, set }) {
  const { image, map } = panes.at(-1), canvas = document.createElement("canvas"), ctx = canvas.getContext("2d");
  const foot = Math.max(22, Math.round(data.height * 0.05));
  [canvas.width, canvas.height] = [data.width, data.height + foot];
  if (set.isInverted) ctx.filter = "invert(1)";
  ctx.drawImage(image, 0, 0, data.width, data.height);
  ctx.filter = "none";
  if (map) {
    const [x0, y0, x1, y1] = data.heatmap.view;
    ctx.globalAlpha = set.opacity; ctx.drawImage(map, x0, y0, x1 - x0, y1 - y0); ctx.globalAlpha = 1;
  }
  if (set.hasBoxes) {
    ctx.strokeStyle = "#7CFFCB"; ctx.lineWidth = Math.max(1, data.width / 250);
    for (const b of data.boxes) ctx.strokeRect(b.x0, b.y0, b.x1 - b.x0, b.y1 - b.y0);
  }
  ctx.fillStyle = "#000"; ctx.fillRect(0, data.height, data.width, foot);
  ctx.fillStyle = "#fff"; ctx.font = `${Math.round(foot * 0.5)}px sans-serif`;
  ctx.fillText(`${data.heatmap ? `${data.heatmap.note} · ` : ""}${data.saveNote}`, 6, data.height + foot * 0.68, data.width - 12);
  const link = make("a");
  link.href = canvas.toDataURL("image/png");
  link.download = `${data.name.split("/").at(-1).replace(/\.[^.]*$/, "")}${data.heatmap ? "-heatmap" : ""}.png`;
  link.click();
}

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".viewer"), before = kept.get(host);
  const view = before && before.key === data.key ? before.view : { zoom: 1, x: 0, y: 0 };
  const set = before?.set ?? { opacity: 0.6, isInverted: false, hasBoxes: true };
  kept.set(host, { key: data.key, view, set });
  before?.observer?.disconnect();
  host.replaceChildren();
  const grid = make("div", "panes", host);
  const panes = data.heatmap ? [buildPane(grid, data, false), buildPane(grid, data, true)] : [buildPane(grid, data, false)];
  const state = { data, view, set, panes, tell: setTriggerValue };
  panes.forEach((pane) => listen(state, pane));
  buildBar(state, host);
  const observer = new ResizeObserver(() => show(state));
  observer.observe(grid);
  kept.get(host).observer = observer;
  show(state);
  return () => observer.disconnect();
}
