import assert from "node:assert/strict";
import { test } from "node:test";

import { captionPane } from "../../../medapp/ui/elements/picture.js";

test("a saved picture says the window that a reader has set", () => {
  const data = { depth: { unit: "HU" } };
  const image = { caption: "160 × 160 px" };
  assert.equal(captionPane(image, data, null), "160 × 160 px");
  const soft = { level: 40, range: 400 };
  assert.equal(captionPane(image, data, soft), "160 × 160 px · saved with window 40/400 HU");
  assert.equal(captionPane({ caption: "Grad-CAM", map: {} }, data, soft), "Grad-CAM");
});
