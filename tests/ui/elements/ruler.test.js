import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseBar, measureLength, nameLength } from "../../../medapp/ui/elements/ruler.js";

const BODY = { down: 0.5, across: 0.5, where: "" };

test("a length heeds that pixels are no squares", () => {
  const spacing = { down: 2, across: 1, where: "" };
  const length = measureLength({ x: 10, y: 10 }, { x: 13, y: 12 }, spacing);
  assert.equal(length, 5);
  assert.equal(nameLength(length, spacing), "5.0 mm");
  assert.equal(nameLength(12.4, { ...spacing, where: "at the detector" }), "12 mm at the detector");
});

test("a bar is the longest round length that fits", () => {
  // At twice the size, 4 px of the screen are a millimetre: 150 px are 37.5 mm.
  assert.deepEqual(chooseBar(BODY, 2, 150), { px: 80, text: "2 cm" });
  assert.deepEqual(chooseBar(BODY, 2, 201), { px: 200, text: "5 cm" });
  assert.deepEqual(chooseBar(BODY, 20, 150), { px: 80, text: "2 mm" });
  assert.deepEqual(chooseBar(BODY, 0.05, 150), { px: 100, text: "100 cm" });
});

test("a bar is so long as it says, however an image is zoomed", () => {
  for (let zoom = 0.01; zoom < 1000; zoom *= 1.7) {
    const { px, text } = chooseBar(BODY, zoom, 150);
    const [number, unit] = text.split(" ");
    const length = Number(number) * { cm: 10, mm: 1, µm: 0.001 }[unit];
    assert.ok(Math.abs(px - (length / 0.5) * zoom) < 1e-6 * px);
    assert.ok(px <= 150.01 && px > 59.9, `${px}`);
  }
});

test("a bar says where it is true", () => {
  const detector = { down: 0.143, across: 0.143, where: "at the detector" };
  assert.equal(chooseBar(detector, 1, 200).text, "2 cm at the detector");
  assert.equal(chooseBar({ down: 2, across: 1, where: "" }, 1, 60).text, "5 cm across");
});
