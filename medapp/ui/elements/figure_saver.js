// Saves a Plotly figure of the page as SVG, or as PNG or PDF for print, always in light colours.
// data: { key, name, ground, pairs }: the chart's key, the file's name without ending, the colour of
// paper, and which colours of the page are which on paper (see paper.js).

import { make } from "./dom.js";
import { copyForPaper } from "./paper.js";
import { deflate, writePdf } from "./pdf.js";
import { saveFile, savePng } from "./png.js";

const SCALE = 3; // of the figure on the screen: 300 dpi at its size there
const PDF_SCALE = 6; // 600 dpi, as journals ask for lines
const POINTS = 0.75; // of a pixel of the screen, in 1/72 inch

export default function ({ parentElement, data }) {
  const host = parentElement.querySelector(".saver");
  host.replaceChildren();
  for (const [kind, save] of Object.entries({ PNG: saveAsPng, SVG: saveAsSvg, PDF: saveAsPdf })) {
    const button = make("button", "", host, kind);
    button.title = `Save this figure as ${kind}`;
    button.setAttribute("aria-label", button.title);
    button.onclick = () => save(data);
  }
}

// The figure's drawing as one SVG text; Plotly draws it in layers.
async function writeSvg({ key, ground, pairs }) {
  const chart = document.querySelector(`.st-key-${key} .js-plotly-plot`);
  const layers = [...chart.querySelectorAll("svg.main-svg")].filter((e) => !e.closest(".modebar"));
  const { width, height } = chart.getBoundingClientRect();
  const copies = await Promise.all(layers.map((layer) => copyForPaper(layer, pairs)));
  const inner = copies.map((e) => new XMLSerializer().serializeToString(e)).join("");
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const back = `<rect width="100%" height="100%" fill="${ground}"/>`;
  return {
    width,
    height,
    text: `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${back}${inner}</svg>`,
  };
}

async function saveAsSvg(data) {
  const { text } = await writeSvg(data);
  saveFile(new Blob([text], { type: "image/svg+xml" }), `${data.name}.svg`);
}

async function saveAsPng(data) {
  const { canvas } = await paint(data, SCALE);
  await savePng(canvas, `${data.name}.png`);
}

async function saveAsPdf(data) {
  const { canvas, width, height } = await paint(data, PDF_SCALE);
  const page = [width * POINTS, height * POINTS];
  const bytes = writePdf(await deflate(canvas), canvas.width, canvas.height, page);
  saveFile(new Blob([bytes], { type: "application/pdf" }), `${data.name}.pdf`);
}

// The figure on a canvas, so many times as large as on the screen.
async function paint(data, scale) {
  const { width, height, text } = await writeSvg(data);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return { canvas, width, height };
}
