import assert from "node:assert/strict";
import { test } from "node:test";

import { readGridKey, readViewerKey } from "../../../medapp/ui/elements/keys.js";

test("plus, minus and zero zoom an image", () => {
  assert.deepEqual(readViewerKey("+", false), { zoom: 1.4 });
  assert.deepEqual(readViewerKey("=", false), { zoom: 1.4 });
  assert.equal(readViewerKey("-", false).zoom * 1.4, 1);
  assert.ok(readViewerKey("0", false).zoom <= 1 / 16);
});

test("arrows go to a neighbour where there is one", () => {
  assert.deepEqual(readViewerKey("ArrowRight", true), { step: 1 });
  assert.deepEqual(readViewerKey("ArrowLeft", true), { step: -1 });
  assert.equal(readViewerKey("ArrowLeft", false), null);
});

test("other keys are the browser's", () => {
  for (const key of ["Tab", "Enter", "a"]) {
    assert.equal(readViewerKey(key, true), null);
    assert.equal(readGridKey(key, 0, 4, 10), null);
  }
});

test("arrows move through a grid by one and by a row, and stay inside", () => {
  assert.equal(readGridKey("ArrowRight", 3, 4, 10), 4);
  assert.equal(readGridKey("ArrowLeft", 3, 4, 10), 2);
  assert.equal(readGridKey("ArrowDown", 3, 4, 10), 7);
  assert.equal(readGridKey("ArrowUp", 7, 4, 10), 3);
  assert.equal(readGridKey("ArrowUp", 3, 4, 10), 3);
  assert.equal(readGridKey("ArrowDown", 8, 4, 10), 8);
  assert.equal(readGridKey("ArrowRight", -1, 4, 10), null);
});
