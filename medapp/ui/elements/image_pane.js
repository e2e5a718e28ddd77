// One pane of the viewer: the image, and over it a heatmap and boxes where there are some.

import { SVG, buildContours, showContours } from "./contours.js";
import { make } from "./dom.js";
import { colourMap, colourScale, decodeBytes, placeInPercent } from "./heat.js";
import { chooseBar } from "./ruler.js";
import { paintWindow } from "./window_level.js";
import { fit } from "./zoom.js";

export const BOX_COLOUR = "#7CFFCB";
const KEYS = "Plus and minus zoom, 0 shows the whole image, left and right go to the next image";
const BAR_SHARE = 0.3; // of the pane's width that the scale bar takes at most
const MAGNIFIED = 3; // screen pixels a pixel of the image from which its pixels are drawn as squares

export function buildPane(parent, data, hasMap) {
  const figure = make("figure", "", parent);
  figure.style.setProperty("--aspect", data.width / data.height);
  const element = make("div", "pane", figure);
  element.tabIndex = 0;
  element.dataset.focus = hasMap ? "map" : "image";
  element.setAttribute("role", "img");
  element.style.aspectRatio = `${data.width} / ${data.height}`;
  const stage = make("div", "stage", element);
  const clip = make("div", "clip", stage);
  const caption = hasMap ? data.heatmap.note : data.note;
  element.setAttribute("aria-label", `${data.name}. ${caption}. ${KEYS}`);
  const pane = { element, stage, caption, image: buildImage(clip, data) };
  if (data.depth) pane.windowed = make("canvas", "windowed", clip);
  if (hasMap) pane.map = data.heatmap.contours ? buildContours(clip, data) : buildMap(clip, data);
  if (data.spacing) pane.ruler = buildRuler(stage, data);
  if (data.boxes.length) pane.boxes = buildBoxes(stage, data);
  buildCaption(pane, figure, data);
  return pane;
}

// The caption, and what is read of the image: a row of its own where that is more than the zoom, so
// that nothing moves while it changes.
function buildCaption(pane, figure, data) {
  const caption = make("figcaption", "", figure);
  const hasReadings = data.spacing || data.depth;
  const readings = make("div", "readings", hasReadings ? caption : null);
  if (data.spacing) pane.bar = buildScaleBar(readings);
  pane.readout = make("span", "readout", readings);
  make("span", "", caption, pane.caption);
  pane.magnified = make("span", "magnified", hasReadings ? readings : caption);
}

// Draw the pane as the view and the reader's settings say.
export function showPane(pane, { data, view, set, mapOpacity, window, values, line, reading }) {
  const { element, stage, image, map, boxes, magnified } = pane;
  const fitted = fit(element.clientWidth, element.clientHeight, data.width, data.height);
  const scale = fitted.scale * view.zoom;
  const left = fitted.left + view.x * fitted.width;
  const top = fitted.top + view.y * fitted.height;
  stage.style.width = `${fitted.width}px`;
  stage.style.height = `${fitted.height}px`;
  stage.style.transform = `translate(${left}px, ${top}px) scale(${view.zoom})`;
  stage.classList.toggle("pixels", scale > MAGNIFIED);
  image.classList.toggle("inverted", set.isInverted);
  if (pane.windowed) showWindow(pane, { data, set, window, values });
  if (pane.ruler) showRuler(pane.ruler, line, scale);
  if (pane.bar)
    showScaleBar(pane.bar, chooseBar(data.spacing, scale, BAR_SHARE * element.clientWidth));
  pane.readout.textContent = reading;
  if (map) map.style.opacity = mapOpacity;
  if (map && data.heatmap.contours) showContours(map, scale);
  if (boxes) {
    boxes.style.display = set.hasBoxes ? "" : "none";
    boxes.style.strokeWidth = 2 / scale;
  }
  magnified.textContent = view.zoom > 1.01 ? `${view.zoom.toFixed(1)}×` : "";
}

// Where the pointer is: x and y in shares of the fitted image, and that image's size.
export function findPointer(pane, data, event) {
  const box = pane.element.getBoundingClientRect();
  const fitted = fit(box.width, box.height, data.width, data.height);
  return {
    ...fitted,
    x: (event.clientX - box.left - fitted.left) / fitted.width,
    y: (event.clientY - box.top - fitted.top) / fitted.height,
  };
}

export function paintScale(canvas, colours) {
  paint(canvas, colourScale(decodeBytes(colours)), 256, 1);
}

function showWindow(pane, { data, set, window, values }) {
  const { windowed } = pane;
  windowed.style.display = window ? "" : "none";
  windowed.classList.toggle("inverted", set.isInverted);
  if (!window || pane.painted === window) return;
  pane.painted = window;
  const pixels = paintWindow(values, data.depth, window);
  paint(windowed, pixels, data.depth.width, data.depth.height);
}

function buildRuler(parent, { width, height }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("class", "ruler");
  svg.append(document.createElementNS(SVG, "line"));
  parent.append(svg);
  return svg;
}

function showRuler(svg, line, scale) {
  svg.style.display = line ? "" : "none";
  svg.style.strokeWidth = 2 / scale;
  if (!line) return;
  const ends = { x1: line.from.x, y1: line.from.y, x2: line.to.x, y2: line.to.y };
  for (const [name, value] of Object.entries(ends)) svg.firstChild.setAttribute(name, value);
  svg.style.stroke = BOX_COLOUR;
}

// The scale bar stands below the image: nothing is painted on pixels.
function buildScaleBar(parent) {
  const bar = make("span", "scalebar", parent);
  bar.title = "Scale bar: follows the zoom";
  return { line: make("span", "", bar), text: make("span", "", bar) };
}

function showScaleBar({ line, text }, bar) {
  line.style.width = `${bar.px}px`;
  text.textContent = bar.text;
}

function buildImage(parent, data) {
  const image = make("img", "", parent);
  image.src = data.source;
  image.alt = data.name;
  image.draggable = false;
  return image;
}

function buildMap(parent, { heatmap, width, height }) {
  const canvas = make("canvas", "", parent);
  Object.assign(canvas.style, { inset: "auto", ...placeInPercent(heatmap.view, width, height) });
  const pixels = colourMap(decodeBytes(heatmap.values), decodeBytes(heatmap.colours));
  paint(canvas, pixels, heatmap.size, heatmap.size);
  return canvas;
}

function buildBoxes(parent, { boxes, width, height }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  for (const { x0, y0, x1, y1 } of boxes) {
    const rectangle = document.createElementNS(SVG, "rect");
    const corner = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
    for (const [name, value] of Object.entries({ ...corner, fill: "none", stroke: BOX_COLOUR }))
      rectangle.setAttribute(name, value);
    svg.append(rectangle);
  }
  parent.append(svg);
  return svg;
}

function paint(canvas, pixels, width, height) {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
}
