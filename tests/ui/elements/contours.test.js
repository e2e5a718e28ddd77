import assert from "node:assert/strict";
import { test } from "node:test";

import { drawContours, listStrokes } from "../../../medapp/ui/elements/contours.js";

test("a line lies on a wider dark band, so that it shows on any image", () => {
  const [band, line] = listStrokes("rgb(1, 2, 3)", 10);
  assert.deepEqual(line, ["rgb(1, 2, 3)", 10]);
  assert.equal(band[0], "#000");
  assert.ok(band[1] > 15);
});

test("a saved picture has each contour's band and then its line, the outermost first", () => {
  globalThis.Path2D = class {
    constructor(path) {
      this.path = path;
    }
  };
  const drawn = [];
  const context = {
    stroke({ path }) {
      drawn.push([path, this.strokeStyle, this.lineWidth]);
    },
  };
  const contours = ["a", "b"].map((path) => ({ path, colour: `${path} colour` }));
  drawContours(context, contours, 5);
  assert.deepEqual(drawn, [
    ["a", "#000", 11],
    ["a", "a colour", 5],
    ["b", "#000", 11],
    ["b", "b colour", 5],
  ]);
});
