import assert from "node:assert/strict";
import { test } from "node:test";

import {
  MOST_ZOOM,
  doubleClickFactor,
  fit,
  pan,
  wheelFactor,
  zoomAt,
} from "../../../medapp/ui/elements/zoom.js";

const WHOLE = { zoom: 1, x: 0, y: 0 };
// Where a point of the image (in shares) is drawn, in shares of the fitted image.
const place = (view, at) => ({ x: view.x + view.zoom * at.x, y: view.y + view.zoom * at.y });

test("an image fits into its pane with equal margins", () => {
  const wide = fit(400, 300, 200, 50);
  assert.deepEqual(wide, { scale: 2, width: 400, height: 100, left: 0, top: 100 });
  const tall = fit(400, 300, 50, 100);
  assert.deepEqual(tall, { scale: 3, width: 150, height: 300, left: 125, top: 0 });
});

test("the point under the pointer stays where it is", () => {
  const first = zoomAt(WHOLE, 2.5, { x: 0.3, y: 0.8 });
  assert.equal(first.zoom, 2.5);
  const under = { x: 0.3, y: 0.8 };
  assert.ok(Math.abs(place(first, under).x - 0.3) < 1e-12);
  assert.ok(Math.abs(place(first, under).y - 0.8) < 1e-12);
});

test("zoom ends at the whole image and at sixteen times its size", () => {
  assert.deepEqual(zoomAt({ zoom: 4, x: -2, y: -1 }, 1 / 16, { x: 0.9, y: 0.1 }), WHOLE);
  assert.equal(zoomAt(WHOLE, 1000).zoom, MOST_ZOOM);
});

test("an image never leaves its pane", () => {
  const close = zoomAt(WHOLE, 2);
  assert.deepEqual(pan(close, 9, -9), { zoom: 2, x: 0, y: -1 });
  assert.deepEqual(pan(WHOLE, 0.4, -0.4), WHOLE);
  assert.equal(pan(close, 0.1, 0).x, close.x + 0.1);
});

test("the wheel zooms in upwards, and back by as much", () => {
  assert.ok(wheelFactor(-100) > 1);
  assert.ok(Math.abs(wheelFactor(-100) * wheelFactor(100) - 1) < 1e-12);
});

test("a double click goes close, and from close back to the whole image", () => {
  const close = zoomAt(WHOLE, doubleClickFactor(WHOLE), { x: 0.2, y: 0.2 });
  assert.equal(close.zoom, 2.5);
  assert.deepEqual(zoomAt(close, doubleClickFactor(close)), WHOLE);
});
