// The picture that a reader saves: the panes side by side at the size of print, below each what it
// is, and the scale of the heatmap. Nothing is written on pixels of an image.

import { drawContours } from "./contours.js";
import { BOX_COLOUR } from "./image_pane.js";
import { colourScale, decodeBytes } from "./heat.js";
import { chooseBar } from "./ruler.js";
import { nameWindow } from "./window_level.js";

const LEAST_PX = 1200; // of a pane's longest side: ten centimetres at 300 dpi
const MARGIN = 36;
const TEXT_PX = 34; // eight points at 300 dpi
const LINE_PX = 46;
const CONTOUR_PX = 5; // a line of a contour
const FONT = `${TEXT_PX}px "Source Sans", sans-serif`;
const SCALE = { width: 420, height: 26 };

export function drawPicture(panes, { data, set, mapOpacity, window }) {
  const factor = Math.max(1, LEAST_PX / Math.max(data.width, data.height));
  const [width, height] = [Math.round(data.width * factor), Math.round(data.height * factor)];
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  context.font = FONT;
  const measure = (text) => context.measureText(text).width;
  const whole = panes.length * width + (panes.length - 1) * MARGIN;
  const captions = panes.map((pane) => wrap(captionPane(pane, data, window), width, measure));
  const foot = wrap([data.name, data.saveNote].filter(Boolean).join(" · "), whole, measure);
  const rows = Math.max(...captions.map((lines) => lines.length));
  const scaleRoom = data.heatmap || data.spacing ? LINE_PX + MARGIN / 2 : 0;
  canvas.width = whole + 2 * MARGIN;
  canvas.height = height + 3 * MARGIN + (rows + foot.length) * LINE_PX + scaleRoom;
  context.font = FONT; // a canvas that is sized forgets it
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  panes.forEach((pane, i) => {
    const corner = { x: MARGIN + i * (width + MARGIN), y: MARGIN, width, height };
    drawPane(context, pane, corner, { data, set, mapOpacity, window });
    writeLines(context, captions[i], corner.x, height + MARGIN * 1.5);
  });
  const below = height + MARGIN * 1.5 + rows * LINE_PX;
  if (data.spacing)
    drawScaleBar(context, chooseBar(data.spacing, factor, width / 4), MARGIN, below);
  if (data.heatmap) {
    const write = data.heatmap.contours ? drawLegend : drawScale;
    write(context, data.heatmap, MARGIN + (panes.length - 1) * (width + MARGIN), below);
  }
  writeLines(context, foot, MARGIN, below + scaleRoom + MARGIN / 2);
  return canvas;
}

// What a pane is, and through which window it is saved where a reader has set one: the caption alone
// says how the file was first shown.
export function captionPane({ caption, map }, { depth }, window) {
  if (!window || map) return caption;
  return `${caption} · saved with ${nameWindow(window, depth.unit)}`;
}

// Words in lines that are no longer than `width` as `measure` says; a word that is longer is cut.
export function wrap(text, width, measure) {
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (measure(longer) <= width) {
      line = longer;
      continue;
    }
    if (line) lines.push(line);
    line = word;
    while (measure(line) > width && line.length > 1) {
      let most = line.length - 1;
      while (most > 1 && measure(line.slice(0, most)) > width) most--;
      lines.push(line.slice(0, most));
      line = line.slice(most);
    }
  }
  if (line) lines.push(line);
  return lines;
}

function drawPane(context, pane, { x, y, width, height }, { data, set, mapOpacity, window }) {
  const { map } = pane;
  const image = window ? pane.windowed : pane.image;
  const scale = width / data.width;
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.translate(x, y);
  context.imageSmoothingQuality = "high";
  if (set.isInverted) context.filter = "invert(1)";
  context.drawImage(image, 0, 0, width, height);
  context.filter = "none";
  context.scale(scale, scale);
  if (map) {
    context.globalAlpha = mapOpacity;
    drawMap(context, map, data.heatmap, scale);
    context.globalAlpha = 1;
  }
  context.strokeStyle = BOX_COLOUR;
  context.lineWidth = 5 / scale;
  if (set.hasBoxes)
    for (const b of data.boxes) context.strokeRect(b.x0, b.y0, b.x1 - b.x0, b.y1 - b.y0);
  context.restore();
}

function drawMap(context, map, { view, contours }, scale) {
  if (contours) {
    drawContours(context, contours, CONTOUR_PX / scale);
    return;
  }
  const [x0, y0, x1, y1] = view;
  context.drawImage(map, x0, y0, x1 - x0, y1 - y0);
}

// Which contour is which, in the place of the scale of colours.
function drawLegend(context, { contours, scaleEnd }, x, y) {
  let left = x;
  for (const { name, colour } of contours) {
    context.fillStyle = colour;
    context.fillRect(left, y + 15, 56, 14);
    context.fillStyle = "#13212b";
    context.fillText(name, left + 70, y + TEXT_PX);
    left += 70 + context.measureText(name).width + 40;
  }
  context.fillText(`of ${scaleEnd}`, left - 24, y + TEXT_PX);
}

function drawScale(context, heatmap, x, y) {
  const strip = document.createElement("canvas");
  Object.assign(strip, { width: 256, height: 1 });
  const pixels = colourScale(decodeBytes(heatmap.colours));
  strip.getContext("2d").putImageData(new ImageData(pixels, 256, 1), 0, 0);
  context.fillStyle = "#13212b";
  const low = "0";
  const left = x + context.measureText(low).width + 14;
  context.fillText(low, x, y + TEXT_PX);
  context.drawImage(strip, left, y + 12, SCALE.width, SCALE.height);
  context.fillText(heatmap.scaleEnd, left + SCALE.width + 14, y + TEXT_PX);
}

// The bar of the image's scale, its ends marked, and what it is long.
function drawScaleBar(context, { px, text }, x, y) {
  const middle = y + LINE_PX / 2;
  context.fillStyle = context.strokeStyle = "#13212b";
  context.lineWidth = 5;
  context.beginPath();
  context.moveTo(x, middle - 12);
  for (const [left, top] of [
    [x, middle],
    [x + px, middle],
    [x + px, middle - 12],
  ])
    context.lineTo(left, top);
  context.stroke();
  context.fillText(text, x + px + 18, y + TEXT_PX);
}

function writeLines(context, lines, x, y) {
  context.fillStyle = "#13212b";
  lines.forEach((line, i) => context.fillText(line, x, y + TEXT_PX + i * LINE_PX));
}
