import assert from "node:assert/strict";
import { test } from "node:test";

import {
  decodeShorts,
  dragWindow,
  nameValue,
  nameWindow,
  paintWindow,
  readValue,
} from "../../../medapp/ui/elements/window_level.js";

const CT = { offset: 0, scale: 1, nothing: null, unit: "HU", limits: null, isInverted: false };
const SOFT = { level: 40, range: 400 };

test("a window is that of the standard", () => {
  // Level 40 and width 400: ((x - 39.5) / 399 + 0.5) · 255.
  const values = Int16Array.from([-1000, -129, 65, 194, 1000]);
  const pixels = paintWindow(values, CT, SOFT);
  const greys = [...values].map((_, i) => [...pixels.subarray(4 * i, 4 * i + 4)]);
  assert.deepEqual(
    greys,
    [0, 20, 144, 226, 255].map((grey) => [grey, grey, grey, 255]),
  );
});

test("values that were moved to fit 16 bits come back", () => {
  const moved = paintWindow(Int16Array.from([65 - 500]), { ...CT, offset: 500 }, SOFT);
  assert.equal(moved[0], 144);
  const depth = { ...CT, width: 2, height: 1, step: 3, offset: 500 };
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

test("a negative is painted as one, and what is no value is black", () => {
  const depth = { ...CT, isInverted: true, nothing: -32768 };
  const pixels = paintWindow(Int16Array.from([-1000, 65, 1000, -32768]), depth, SOFT);
  assert.deepEqual([pixels[0], pixels[4], pixels[8], pixels[12]], [255, 111, 0, 0]);
});

test("fractions are sent as steps, and have a window of any width", () => {
  const depth = { ...CT, scale: 0.001, offset: 0.5, nothing: -32768, step: 1, width: 3, height: 1 };
  const values = Int16Array.from([-500, 0, -32768]);
  const pixels = paintWindow(values, depth, { level: 0.5, range: 1 });
  assert.deepEqual([pixels[0], pixels[4], pixels[8]], [0, 128, 0]);
  assert.equal(readValue(values, depth, 1, 0), 0.5);
  assert.equal(readValue(values, depth, 2, 0), null);
  const dragged = dragWindow({ level: 0.5, range: 1 }, 100, 40, depth.scale);
  assert.deepEqual(dragged, { level: 0.6, range: 1.25 });
});

test("a value in words", () => {
  assert.equal(nameValue(-1000, CT), "−1000 HU");
  assert.equal(nameValue(412, { ...CT, unit: "" }), "value 412");
  assert.equal(nameValue(0.123456, { ...CT, unit: "", scale: 0.001 }), "value 0.1235");
  const cut = { ...CT, scale: 0.03, limits: [-1000, 1000] };
  assert.equal(nameValue(1000, cut), "≥ 1000 HU");
  assert.equal(nameValue(-999.99, cut), "≤ −1000 HU");
  assert.equal(nameValue(40.02, cut), "40.02 HU");
});
