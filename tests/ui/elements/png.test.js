import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { wrap } from "../../../medapp/ui/elements/picture.js";
import { addResolution, checksum } from "../../../medapp/ui/elements/png.js";

test("the checksum is that of the PNG specification", () => {
  // Every PNG ends with the chunk IEND and this checksum.
  assert.equal(checksum(new TextEncoder().encode("IEND")), 0xae426082);
});

test("a PNG says that it is printed with 300 dots an inch, and is otherwise the same", () => {
  const png = Uint8Array.from([...Array(33).keys(), ...deflateSync("pixels")]);
  const whole = addResolution(png);
  const view = new DataView(whole.buffer);
  assert.deepEqual(whole.slice(0, 33), png.slice(0, 33));
  assert.deepEqual(whole.slice(33 + 21), png.slice(33));
  assert.equal(new TextDecoder().decode(whole.slice(37, 41)), "pHYs");
  assert.equal(Math.round(view.getUint32(41) * 0.0254), 300);
  assert.equal(view.getUint32(45), view.getUint32(41));
  assert.equal(view.getUint32(50), checksum(whole.slice(37, 50)));
});

test("a caption is broken into lines that fit, and no letter is lost", () => {
  const measure = (text) => text.length;
  const lines = wrap(
    "Grad-CAM for squamous-cell-carcinoma-of-the-lung, probability 0.99",
    16,
    measure,
  );
  assert.ok(
    lines.every((line) => line.length <= 16),
    lines.join("|"),
  );
  assert.equal(
    lines.join("").replaceAll(" ", ""),
    "Grad-CAMforsquamous-cell-carcinoma-of-the-lung,probability0.99",
  );
  assert.deepEqual(wrap("short", 16, measure), ["short"]);
  assert.deepEqual(wrap("", 16, measure), []);
});
