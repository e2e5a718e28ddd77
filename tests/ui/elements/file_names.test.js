import assert from "node:assert/strict";
import { test } from "node:test";

import {
  nameChartFile,
  nameImageFile,
  shortenPath,
} from "../../../medapp/ui/elements/file_names.js";

test("a picture is called like its image, without folders", () => {
  assert.equal(nameImageFile("normal/p03.a.png", false), "p03.a.png");
  assert.equal(nameImageFile("p03.dcm", true), "p03-heatmap.png");
  assert.equal(nameImageFile("scan", true), "scan-heatmap.png");
});

test("a chart's picture is called like its finding", () => {
  assert.equal(nameChartFile("Validation (n = 97): up"), "validation-n-97-up.png");
});

test("a path keeps its first and its last part", () => {
  assert.equal(shortenPath("PT0/ST0/SE0/IM7"), "PT0/…/IM7");
  assert.equal(shortenPath("covid/p03.png"), "covid/p03.png");
});
