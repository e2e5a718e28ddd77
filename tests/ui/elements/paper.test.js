import assert from "node:assert/strict";
import { test } from "node:test";

import { turnColours, turnPixels, turnText } from "../../../medapp/ui/elements/paper.js";

const INK = [["#E4ECF0"], ["#13212B"]];
const SCALE = [
  ["#000000", "#0000C8", "#00C8C8"],
  ["#FFFFFF", "#FFFF37", "#9B3737"],
];
const turn = turnColours([INK, SCALE]);

test("a colour of the page turns into its own on paper, however it is written", () => {
  assert.equal(
    turnText("fill: #e4ecf0; stroke: none", turn),
    "fill: rgb(19, 33, 43); stroke: none",
  );
  assert.equal(turnText("fill: rgb(228, 236, 240);", turn), "fill: rgb(19, 33, 43);");
  assert.equal(turnText("rgba(228,236,240,0.2)", turn), "rgba(19, 33, 43,0.2)");
});

test("a colour between two stops of a scale lies as far between the two on paper", () => {
  assert.deepEqual(turn([0, 0, 100]), [255, 255, 155]);
  assert.deepEqual(turn([0, 50, 200]), [230, 205, 55]);
  assert.deepEqual(turn([0, 1, 100]), [255, 255, 155]); // rounded beside it
});

test("a colour that is in no pair stays, and so does what is no colour", () => {
  assert.equal(turnText("rgb(120, 10, 10)", turn), "rgb(120, 10, 10)");
  assert.equal(turnText('url("#legend12")', turn), 'url("#legend12")');
  assert.deepEqual(turnColours([])([1, 2, 3]), [1, 2, 3]);
});

test("pixels turn and keep how opaque they are; clear ones stay", () => {
  const pixels = Uint8ClampedArray.of(228, 236, 240, 128, 228, 236, 240, 0);
  turnPixels(pixels, turn);
  assert.deepEqual([...pixels], [19, 33, 43, 128, 228, 236, 240, 0]);
});
