import assert from "node:assert/strict";
import { test } from "node:test";

import {
  colourMap,
  colourScale,
  decodeBytes,
  placeInPercent,
} from "../../../medapp/ui/elements/heat.js";

const COLOURS = Uint8Array.from({ length: 768 }, (_, i) => (i % 3 === 0 ? i / 3 : 7 + (i % 3)));

test("bytes come through base64 unchanged", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.deepEqual(decodeBytes(Buffer.from(bytes).toString("base64")), bytes);
});

test("a cold place is clear and a hot one opaque, in the colour of its value", () => {
  const pixels = colourMap(Uint8Array.of(0, 128, 255), COLOURS);
  assert.deepEqual([...pixels], [0, 8, 9, 0, 128, 8, 9, 128, 255, 8, 9, 255]);
});

test("drawn over a grey pixel the map gives what the exported overlay gives", () => {
  // medapp.explanation.placing.overlay: image + opacity · heat · (colour − image)
  const [red, , , alpha] = colourMap(Uint8Array.of(200), COLOURS);
  const opacity = 0.6;
  const shown = 90 + ((opacity * alpha) / 255) * (red - 90); // how a canvas blends
  assert.ok(Math.abs(shown - (90 + opacity * (200 / 255) * (200 - 90))) < 1e-9);
});

test("the scale runs from the coldest colour to the hottest and hides nothing", () => {
  const pixels = colourScale(COLOURS);
  assert.equal(pixels.length, 1024);
  assert.deepEqual([...pixels.slice(0, 4)], [0, 8, 9, 255]);
  assert.deepEqual([...pixels.slice(-4)], [255, 8, 9, 255]);
});

test("a map lies where its view lies in the image", () => {
  assert.deepEqual(placeInPercent([-50, 0, 150, 200], 100, 200), {
    left: "-50%",
    top: "0%",
    width: "200%",
    height: "100%",
  });
});
