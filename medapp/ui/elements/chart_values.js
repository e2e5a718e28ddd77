// What a chart says in numbers, and whether new points fit into the chart that is there.

// A value in the legend: three decimals, very small ones as 1.2e-5.
export function writeValue(value) {
  if (value == null) return "–";
  return value && Math.abs(value) < 0.01 ? value.toExponential(1) : value.toFixed(3);
}

// The index of the points at x, else null.
export function findPoints(xs, x) {
  const index = x == null ? -1 : xs.indexOf(x);
  return index < 0 ? null : index;
}

// The legend of each line: its value under the pointer, else the last one. `columns` are the joined
// points, x first; `at` is the index of the points under the pointer, or null.
export function writeLegend(series, columns, at) {
  return series.map((line, i) => {
    const value = at == null ? line.y.at(-1) : columns[i + 1][at];
    return at != null && value == null ? line.name : `${line.name} ${writeValue(value)}`;
  });
}

// The same lines and axes: only points have changed, so that a zoom can stay.
export function hasSameLines(before, after) {
  const describe = ({ x, y, series }) =>
    JSON.stringify([x, y, series.map((line) => [line.name, line.thin, line.colour])]);
  return describe(before) === describe(after);
}

export function hasPoints(spec) {
  return spec.series.some((line) => line.x.length > 0);
}
