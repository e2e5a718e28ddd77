// Line charts that stay while their points change, so that a zoom survives. Loaded once a page, after uPlot; see live_chart.py.
// data: { charts: [{ key, title, x, y, empty, series: [{ name, colour, thin, x: [], y: [] }], mark: { x, text } }] }
// `colour` is a place in the theme's palette, or -1 for the theme's accent.
(() => {
  const HEIGHT = 270;
  const states = new WeakMap(); // shadow root → { body, charts: Map(key → chart) }

  const css = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();
  const colourOf = (element, place) =>
    place < 0 ? css(element, "--st-primary-color") : css(element, "--st-chart-categorical-colors").split(",")[place];
  const round = (value) => (value == null ? "–" : Math.abs(value) < 0.01 && value ? value.toExponential(1) : value.toFixed(3));
  const soften = (colour, share) => `color-mix(in srgb, ${colour} ${share}%, transparent)`;

  function openRoot(root) {
    const style = document.createElement("style");
    style.textContent = globalThis.medappChartStyle;
    root.append(style);
    return { body: make("div", "charts", root), charts: new Map() };
  }

  function openChart(state, spec) {
    const box = make("div", "chart", state.body);
    const head = make("div", "head", box);
    const chart = { box, spec, isZoomed: false, hidden: new Set() };
    chart.title = make("div", "title", head);
    chart.save = make("button", "save", head, "Save as PNG");
    chart.save.onclick = () => savePicture(chart);
    chart.legend = make("div", "legend", box);
    chart.plot = make("div", "plot", box);
    chart.observer = new ResizeObserver(() => chart.u?.setSize({ width: box.clientWidth, height: HEIGHT }));
    chart.observer.observe(box);
    return chart;
  }

  function axis(box, label, extra) {
    const font = `12px ${css(box, "--st-font") || "sans-serif"}`;
    const line = { stroke: () => soften(css(box, "--st-text-color"), 12), width: 1 };
    return { label, font, labelFont: font, stroke: () => soften(css(box, "--st-text-color"), 72), grid: line, ticks: { ...line, size: 4 }, labelSize: 18, ...extra };
  }

  function buildPlot(chart) {
    const { box, spec } = chart;
    const series = spec.series.map((s, i) => ({
      label: s.name, spanGaps: true, show: !chart.hidden.has(s.name), width: s.thin ? 1 : 2.25,
      stroke: () => soften(colourOf(box, s.colour), s.thin ? 70 : 100),
      points: { show: !s.thin, size: 6, fill: () => colourOf(box, s.colour) },
    }));
    const options = {
      width: box.clientWidth || 400, height: HEIGHT, series: [{}, ...series], legend: { show: false },
      scales: { x: { time: false }, y: { range: (u, low, high) => (low == null ? [0, 1] : uPlot.rangeNum(low, high, 0.08, true)) } },
      axes: [axis(box, spec.x, { space: 60, size: 32, labelSize: 18, incrs: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] }), axis(box, spec.y, { size: 58 })],
      cursor: { drag: { x: true, y: true, uni: 24 }, points: { size: 7 } },
      hooks: {
        setSelect: [(u) => { if (u.select.width > 2) chart.isZoomed = true; }],
        setCursor: [() => fillLegend(chart)],
        draw: [(u) => drawMark(u, chart)],
      },
    };
    const u = new uPlot(options, join(spec), chart.plot);
    u.over.addEventListener("dblclick", () => { chart.isZoomed = false; });
    return u;
  }

  const join = (spec) => uPlot.join(spec.series.map((s) => [s.x, s.y]));

  function drawMark(u, chart) {
    const { mark } = chart.spec;
    chart.box.dataset.range = `${u.scales.x.min} ${u.scales.x.max}`; // what is in sight, for tests
    if (!mark || mark.x < u.scales.x.min || mark.x > u.scales.x.max) return;
    const { ctx, bbox } = u, x = Math.round(u.valToPos(mark.x, "x", true)), scale = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = soften(css(chart.box, "--st-text-color"), 55);
    ctx.setLineDash([4 * scale, 4 * scale]);
    ctx.beginPath(); ctx.moveTo(x, bbox.top); ctx.lineTo(x, bbox.top + bbox.height); ctx.stroke();
    ctx.font = `${11 * scale}px ${css(chart.box, "--st-font") || "sans-serif"}`;
    const isRight = x > bbox.left + bbox.width * 0.7;
    ctx.textAlign = isRight ? "right" : "left";
    ctx.fillText(mark.text, x + (isRight ? -5 : 5) * scale, bbox.top + 12 * scale);
    ctx.restore();
  }

  function fillLegend(chart) {
    const { u, spec, legend } = chart;
    if (!u) return;
    const at = u.cursor.idx;
    const entries = spec.series.map((s, i) => {
      const value = at == null ? s.y.at(-1) : u.data[i + 1][at];
      return { s, text: value == null && at != null ? s.name : `${s.name} ${round(value)}` };
    });
    legend.replaceChildren(...entries.map(({ s, text }) => {
      const button = make("button", chart.hidden.has(s.name) ? "off" : "");
      const swatch = make("i", s.thin ? "thin" : "", button);
      swatch.style.borderColor = colourOf(chart.box, s.colour);
      make("span", "", button, text);
      button.title = `Show or hide ${s.name}`;
      button.onclick = () => toggle(chart, s.name);
      return button;
    }));
    if (at != null) make("span", "at", legend, `at ${spec.x} ${Number(u.data[0][at].toFixed(2))}`);
  }

  function toggle(chart, name) {
    const isShown = chart.hidden.has(name);
    if (isShown) chart.hidden.delete(name); else chart.hidden.add(name);
    chart.u.setSeries(chart.spec.series.findIndex((s) => s.name === name) + 1, { show: isShown });
    fillLegend(chart);
  }

  function savePicture(chart) {
    const from = chart.u?.ctx.canvas;
    if (!from) return;
    const scale = devicePixelRatio, top = 56 * scale, to = document.createElement("canvas"), ctx = to.getContext("2d");
    [to.width, to.height] = [from.width, from.height + top];
    ctx.fillStyle = css(chart.box, "--st-background-color"); ctx.fillRect(0, 0, to.width, to.height);
    ctx.drawImage(from, 0, top);
    const family = css(chart.box, "--st-font") || "sans-serif";
    ctx.fillStyle = css(chart.box, "--st-text-color");
    ctx.font = `600 ${16 * scale}px ${family}`; ctx.fillText(chart.spec.title, 12 * scale, 24 * scale);
    ctx.font = `${12 * scale}px ${family}`;
    let x = 12 * scale;
    for (const s of chart.spec.series) {
      ctx.fillStyle = colourOf(chart.box, s.colour); ctx.fillRect(x, 38 * scale, 16 * scale, (s.thin ? 1 : 3) * scale);
      ctx.fillStyle = css(chart.box, "--st-text-color"); ctx.fillText(s.name, x + 22 * scale, 44 * scale);
      x += 44 * scale + ctx.measureText(s.name).width;
    }
    const link = make("a");
    link.href = to.toDataURL("image/png"); link.download = `${chart.spec.title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.png`;
    link.click();
  }

  function updateChart(chart, spec) {
    const shape = (s) => JSON.stringify([s.x, s.y, s.series.map((one) => [one.name, one.thin, one.colour])]);
    const hasPoints = spec.series.some((s) => s.x.length);
    const isSame = chart.u && shape({ ...chart.spec }) === shape(spec);
    chart.spec = spec;
    chart.title.textContent = spec.title;
    chart.save.style.display = hasPoints ? "" : "none";
    if (!hasPoints) { chart.u?.destroy(); chart.u = null; chart.legend.replaceChildren(); chart.plot.replaceChildren(make("div", "empty", null, spec.empty)); return; }
    if (isSame) { chart.u.setData(join(spec), !chart.isZoomed); if (chart.isZoomed) chart.u.redraw(); }
    else { chart.u?.destroy(); chart.plot.replaceChildren(); chart.u = buildPlot(chart); }
    fillLegend(chart);
  }

  globalThis.medappChart = ({ parentElement, data }) => {
    const state = states.get(parentElement) ?? openRoot(parentElement);
    states.set(parentElement, state);
    for (const spec of data.charts) {
      if (!state.charts.has(spec.key)) state.charts.set(spec.key, openChart(state, spec));
      updateChart(state.charts.get(spec.key), spec);
    }
    return () => {
      for (const chart of state.charts.values()) { chart.observer.disconnect(); chart.u?.destroy(); }
      state.body.remove();
      states.delete(parentElement);
    };
  };
  for (const component of (globalThis.medappChartsWaiting ?? new Map()).values()) globalThis.medappChart(component);
})();
