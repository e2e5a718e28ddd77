import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";

import { writePdf } from "../../../medapp/ui/elements/pdf.js";

const PIXELS = Uint8Array.from([255, 0, 0, 0, 255, 0]); // a red and a green one
const BYTES = writePdf(deflateSync(PIXELS), 2, 1, [144, 72]);
const TEXT = Buffer.from(BYTES).toString("latin1");

test("each object of a PDF stands where its table says", () => {
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(TEXT)[1]);
  assert.equal(TEXT.slice(start, start + 5), "xref\n");
  const lines = TEXT.slice(start).split("\n").slice(3, 8);
  lines.forEach((line, number) => {
    assert.equal(line.length, 19); // and a line feed: 20 bytes
    assert.ok(TEXT.slice(Number(line.slice(0, 10))).startsWith(`${number + 1} 0 obj\n`));
  });
});

test("a PDF holds the picture without loss, on a page of its size", () => {
  assert.match(TEXT, /MediaBox \[0 0 144\.00 72\.00\]/);
  const [whole, length] = /Width 2 \/Height 1 .*\/Length (\d+) >>\nstream\n/.exec(TEXT);
  const from = TEXT.indexOf(whole) + whole.length;
  const stream = BYTES.slice(from, from + Number(length));
  assert.deepEqual(Uint8Array.from(inflateSync(stream)), PIXELS);
  assert.equal(TEXT.slice(from + Number(length)).startsWith("\nendstream"), true);
});
