import assert from "node:assert/strict";
import { test } from "node:test";

import {
  findPoints,
  hasPoints,
  hasSameLines,
  writeLegend,
  writeValue,
} from "../../../medapp/ui/elements/chart_values.js";

const LINES = [
  { name: "train", thin: false, colour: 7, x: [1, 2], y: [0.5, 0.25] },
  { name: "validation", thin: false, colour: -1, x: [1], y: [0.00012] },
];
const COLUMNS = [
  [1, 2],
  [0.5, 0.25],
  [0.00012, null],
];

test("values have three decimals, very small ones an exponent", () => {
  assert.equal(writeValue(0.93449), "0.934");
  assert.equal(writeValue(0), "0.000");
  assert.equal(writeValue(-0.00012), "-1.2e-4");
  assert.equal(writeValue(null), "–");
  assert.equal(writeValue(undefined), "–");
});

test("the points at an x are found, and none where there is no such x", () => {
  assert.equal(findPoints([0.5, 1, 2], 2), 2);
  assert.equal(findPoints([0.5, 1, 2], 3), null);
  assert.equal(findPoints([0.5, 1, 2], null), null);
});

test("the legend says the last values, and under the pointer the values there", () => {
  assert.deepEqual(writeLegend(LINES, COLUMNS, null), ["train 0.250", "validation 1.2e-4"]);
  assert.deepEqual(writeLegend(LINES, COLUMNS, 0), ["train 0.500", "validation 1.2e-4"]);
  assert.deepEqual(writeLegend(LINES, COLUMNS, 1), ["train 0.250", "validation"]);
});

test("more points keep the chart, another line or axis does not", () => {
  const before = { x: "epoch", y: "loss", series: LINES };
  const longer = { ...before, series: LINES.map((line) => ({ ...line, x: [1, 2, 3] })) };
  assert.ok(hasSameLines(before, longer));
  assert.ok(!hasSameLines(before, { ...before, y: "accuracy" }));
  assert.ok(!hasSameLines(before, { ...before, series: LINES.slice(1) }));
  assert.ok(!hasSameLines(before, { ...before, series: [LINES[0], { ...LINES[1], colour: 2 }] }));
});

test("a chart without a point is empty", () => {
  assert.ok(hasPoints({ series: LINES }));
  assert.ok(!hasPoints({ series: LINES.map((line) => ({ ...line, x: [], y: [] })) }));
});
