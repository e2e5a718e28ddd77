// Line charts that stay while their points change, so that a zoom survives. Loaded once a page, after
// uPlot; see live_chart.py.
// data: { charts: [{ key, title, x, y, empty, series: [{ name, colour, thin, x: [], y: [] }],
//         mark: { x, text }, at }] }
// `at` is the x that legends tell while nothing is pointed at, null for the last points.
// `colour` is an index into the theme's palette, or -1 for the theme's accent.

import { findPoints, hasPoints, hasSameLines, writeLegend } from "./chart_values.js";
import { HEIGHT, buildPlot, drawForPaper, joinPoints, pickColour } from "./chart_plot.js";
import { make } from "./dom.js";
import { nameChartFile } from "./file_names.js";
import { savePng } from "./png.js";

const states = new WeakMap(); // shadow root → { body, charts: Map(key → chart) }

function drawCharts({ parentElement, data }) {
  const state = states.get(parentElement) ?? openRoot(parentElement);
  states.set(parentElement, state);
  for (const [key, chart] of state.charts)
    if (!data.charts.some((spec) => spec.key === key)) closeChart(state, key, chart);
  for (const spec of data.charts) {
    if (!state.charts.has(spec.key)) state.charts.set(spec.key, openChart(state, spec));
    updateChart(state.charts.get(spec.key), spec);
  }
  return () => {
    for (const [key, chart] of state.charts) closeChart(state, key, chart);
    state.body.remove();
    states.delete(parentElement);
  };
}

function openRoot(root) {
  const style = make("style", "", root);
  style.textContent = globalThis.medappChartStyle;
  return { body: make("div", "charts", root), charts: new Map() };
}

function openChart(state, spec) {
  const box = make("div", "chart", state.body);
  const head = make("div", "head", box);
  const chart = { box, spec, plot: null, isZoomed: false, hidden: new Set() };
  chart.title = make("div", "title", head);
  chart.save = make("button", "save", head, "Save as PNG");
  chart.save.onclick = () => savePng(drawForPaper(chart), nameChartFile(chart.spec.title));
  chart.legend = make("div", "legend", box);
  chart.body = make("div", "plot", box);
  chart.body.setAttribute("role", "img");
  chart.observer = new ResizeObserver(() =>
    chart.plot?.setSize({ width: box.clientWidth, height: HEIGHT }),
  );
  chart.observer.observe(box);
  return chart;
}

function closeChart(state, key, chart) {
  chart.observer.disconnect();
  chart.plot?.destroy();
  chart.box.remove();
  state.charts.delete(key);
}

function updateChart(chart, spec) {
  const isSame = chart.plot && hasSameLines(chart.spec, spec);
  chart.spec = spec;
  chart.title.textContent = spec.title;
  chart.body.setAttribute("aria-label", spec.title);
  chart.save.style.display = hasPoints(spec) ? "" : "none";
  if (isSame && hasPoints(spec)) {
    chart.plot.setData(joinPoints(spec), !chart.isZoomed);
    if (chart.isZoomed) chart.plot.redraw();
  } else {
    replacePlot(chart);
  }
  drawLegend(chart);
}

function replacePlot(chart) {
  chart.plot?.destroy();
  chart.plot = null;
  chart.body.replaceChildren();
  if (hasPoints(chart.spec)) chart.plot = buildPlot(chart, () => drawLegend(chart));
  else make("div", "empty", chart.body, chart.spec.empty);
}

function drawLegend(chart) {
  const { box, legend, plot, spec } = chart;
  legend.replaceChildren();
  if (!plot) return;
  const at = plot.cursor.idx ?? findPoints(plot.data[0], spec.at);
  const texts = writeLegend(spec.series, plot.data, at);
  spec.series.forEach((line, i) => {
    const button = make("button", chart.hidden.has(line.name) ? "off" : "", legend);
    make("i", line.thin ? "thin" : "", button).style.borderColor = pickColour(box, line.colour);
    make("span", "", button, texts[i]);
    button.title = `Show or hide ${line.name}`;
    button.onclick = () => toggle(chart, i);
  });
  if (at != null) make("span", "at", legend, `at ${spec.x} ${Number(plot.data[0][at].toFixed(2))}`);
}

function toggle(chart, index) {
  const { name } = chart.spec.series[index];
  const isShown = chart.hidden.delete(name);
  if (!isShown) chart.hidden.add(name);
  chart.plot.setSeries(index + 1, { show: isShown });
  drawLegend(chart);
}

globalThis.medappChart = drawCharts;
for (const component of (globalThis.medappChartsWaiting ?? new Map()).values())
  drawCharts(component);

export default () => {};
