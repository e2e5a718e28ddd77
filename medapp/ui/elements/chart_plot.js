// One chart's plot on uPlot: axes, lines, the mark, and the picture that readers save.
/* global uPlot */

import { readStyle } from "./dom.js";

export const HEIGHT = 270;
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]; // between ticks of x

// A colour of the theme by its index in the palette; -1 is the accent.
export function pickColour(element, index) {
  if (index < 0) return readStyle(element, "--st-primary-color");
  return readStyle(element, "--st-chart-categorical-colors").split(",")[index];
}

// Steps between ticks of x: whole ones where all points lie at whole numbers, such as epochs.
function listSteps(plot) {
  return plot.data[0].every(Number.isInteger) ? STEPS.filter((step) => step >= 1) : STEPS;
}

// The points of all lines over one x: [x, y of the first line, …].
export function joinPoints(spec) {
  return uPlot.join(spec.series.map((line) => [line.x, line.y]));
}

export function buildPlot(chart, onCursor) {
  const { box, spec } = chart;
  const options = {
    width: box.clientWidth || 400,
    height: HEIGHT,
    series: [{}, ...spec.series.map((line) => describeLine(chart, line))],
    legend: { show: false },
    scales: { x: { time: false }, y: { range: findRange } },
    axes: [
      buildAxis(box, spec.x, { space: 60, size: 32, incrs: listSteps }),
      buildAxis(box, spec.y, { size: 58 }),
    ],
    cursor: { drag: { x: true, y: true, uni: 24 }, points: { size: 7 } },
    hooks: {
      setSelect: [
        (plot) => {
          if (plot.select.width > 2) chart.isZoomed = true;
        },
      ],
      setCursor: [onCursor],
      draw: [(plot) => drawMark(plot, chart)],
    },
  };
  const plot = new uPlot(options, joinPoints(spec), chart.body);
  plot.over.addEventListener("dblclick", () => {
    chart.isZoomed = false;
  });
  return plot;
}

// The picture in the light page's colours, whatever the page's; the plot is then as it was.
export function drawForPaper(chart) {
  const colours = Object.entries(globalThis.medappChartPaper);
  const redraw = () => chart.plot.batch(() => chart.plot.redraw(false)); // at once
  for (const [name, colour] of colours) chart.box.style.setProperty(name, colour);
  try {
    redraw();
    return drawPicture(chart);
  } finally {
    for (const [name] of colours) chart.box.style.removeProperty(name);
    redraw();
  }
}

// The plot under its title and legend, on the page's ground.
function drawPicture({ box, plot, spec }) {
  const from = plot.ctx.canvas;
  const scale = devicePixelRatio;
  const head = 56 * scale;
  const to = document.createElement("canvas");
  to.width = from.width;
  to.height = from.height + head;
  const context = to.getContext("2d");
  const ink = readStyle(box, "--st-text-color");
  context.fillStyle = readStyle(box, "--st-background-color");
  context.fillRect(0, 0, to.width, to.height);
  context.drawImage(from, 0, head);
  context.fillStyle = ink;
  context.font = `600 ${16 * scale}px ${findFont(box)}`;
  context.fillText(spec.title, 12 * scale, 24 * scale);
  context.font = `${12 * scale}px ${findFont(box)}`;
  let x = 12 * scale;
  for (const line of spec.series) {
    context.fillStyle = pickColour(box, line.colour);
    context.fillRect(x, 38 * scale, 16 * scale, (line.thin ? 1 : 3) * scale);
    context.fillStyle = ink;
    context.fillText(line.name, x + 22 * scale, 44 * scale);
    x += 44 * scale + context.measureText(line.name).width;
  }
  return to;
}

function describeLine({ box, hidden }, line) {
  return {
    label: line.name,
    spanGaps: true,
    show: !hidden.has(line.name),
    width: line.thin ? 1 : 2.25,
    stroke: () => soften(pickColour(box, line.colour), line.thin ? 70 : 100),
    points: { show: !line.thin, size: 6, fill: () => pickColour(box, line.colour) },
  };
}

function buildAxis(box, label, extra) {
  const font = `12px ${findFont(box)}`;
  const line = { stroke: () => soften(readStyle(box, "--st-text-color"), 12), width: 1 };
  return {
    label,
    font,
    labelFont: font,
    labelSize: 18,
    stroke: () => soften(readStyle(box, "--st-text-color"), 72),
    grid: line,
    ticks: { ...line, size: 4 },
    ...extra,
  };
}

function findRange(plot, low, high) {
  return low == null ? [0, 1] : uPlot.rangeNum(low, high, 0.08, true);
}

function drawMark(plot, { box, spec }) {
  const { min, max } = plot.scales.x;
  box.dataset.range = `${min} ${max}`; // what is in sight, for tests
  if (!spec.mark || spec.mark.x < min || spec.mark.x > max) return;
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(spec.mark.x, "x", true));
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = soften(readStyle(box, "--st-text-color"), 55);
  ctx.setLineDash([4 * scale, 4 * scale]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `${11 * scale}px ${findFont(box)}`;
  ctx.textAlign = "center";
  ctx.fillText(spec.mark.text, x, bbox.top - 5 * scale);
  ctx.restore();
}

function findFont(box) {
  return readStyle(box, "--st-font") || "sans-serif";
}

function soften(colour, share) {
  return `color-mix(in srgb, ${colour} ${share}%, transparent)`;
}
