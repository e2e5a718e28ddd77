import assert from "node:assert/strict";
import { test } from "node:test";

import { measureLength, nameLength } from "../../../medapp/ui/elements/ruler.js";
import {
  decodeShorts,
  dragWindow,
  nameWindow,
  paintWindow,
  readValue,
} from "../../../medapp/ui/elements/window_level.js";

const SOFT = { level: 40, range: 400 };

test("a window is that of the standard", () => {
  // Level 40 and width 400: ((x - 39.5) / 399 + 0.5) · 255.
  const values = Int16Array.from([-1000, -129, 65, 194, 1000]);
  const pixels = paintWindow(values, 0, SOFT);
  const greys = [...values].map((_, i) => [...pixels.subarray(4 * i, 4 * i + 4)]);
  assert.deepEqual(
    greys,
    [0, 20, 144, 226, 255].map((grey) => [grey, grey, grey, 255]),
  );
});

test("values that were moved to fit 16 bits come back", () => {
  const moved = paintWindow(Int16Array.from([65 - 500]), 500, SOFT);
  assert.equal(moved[0], 144);
  const depth = { width: 2, height: 1, step: 3, offset: 500 };
  assert.equal(readValue(Int16Array.from([1, 2]), depth, 4.5, 2), 502);
  assert.equal(readValue(Int16Array.from([1, 2]), depth, 6, 0), null);
  assert.equal(readValue(Int16Array.from([1, 2]), depth, -0.1, 0), null);
});

test("16-bit integers are decoded, the least byte first", () => {
  assert.deepEqual(
    [...decodeShorts(Buffer.from("\x01\x00\xff\xff\x00\x80", "latin1").toString("base64"))],
    [1, -1, -32768],
  );
});

test("a drag across changes the width, a drag down the level", () => {
  assert.deepEqual(dragWindow(SOFT, 100, 0), { level: 40, range: 500 });
  assert.deepEqual(dragWindow(SOFT, 0, -40), { level: 0, range: 400 });
  assert.deepEqual(dragWindow(SOFT, -1e6, 0), { level: 40, range: 2 });
});

test("a window in words", () => {
  assert.equal(nameWindow(SOFT, "HU"), "window 40/400 HU");
  assert.equal(nameWindow({ level: -600, range: 1500 }, ""), "window −600/1500");
});

test("a length heeds that pixels are no squares", () => {
  const length = measureLength({ x: 10, y: 10 }, { x: 13, y: 12 }, [2, 1]);
  assert.equal(length, 5);
  assert.equal(nameLength(length), "5.0 mm");
  assert.equal(nameLength(12.4), "12 mm");
});
