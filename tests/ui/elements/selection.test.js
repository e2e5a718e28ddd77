import assert from "node:assert/strict";
import { test } from "node:test";

import { readSelectKey, selectTile } from "../../../medapp/ui/elements/selection.js";

const IDS = [10, 11, 12, 13, 14];

test("a tile is taken and let go", () => {
  assert.deepEqual(selectTile([], IDS, 2, -1, false), [12]);
  assert.deepEqual(selectTile([12, 14], IDS, 2, 4, false), [14]);
});

test("a range reaches from the last tile in both directions and keeps what was selected", () => {
  assert.deepEqual(selectTile([10], IDS, 3, 1, true), [10, 11, 12, 13]);
  assert.deepEqual(selectTile([14, 12], IDS, 2, 4, true), [14, 12, 13]);
  assert.deepEqual(selectTile([], IDS, 2, -1, true), [12]);
});

test("space takes, Escape clears, Ctrl+A takes all, and other keys are not ours", () => {
  const read = (key, more = {}) => readSelectKey({ key, ctrlKey: false, metaKey: false, ...more });
  assert.equal(read(" "), "toggle");
  assert.equal(read("Escape"), "clear");
  assert.equal(read("a", { ctrlKey: true }), "all");
  assert.equal(read("a", { metaKey: true }), "all");
  assert.equal(read("a"), null);
  assert.equal(read("Enter"), null);
});
