// Run from the repository's root, so that the scripts of medapp/ui/elements are within reach.
import js from "@eslint/js";

const BROWSER = [
  "atob",
  "Blob",
  "CompressionStream",
  "devicePixelRatio",
  "dispatchEvent",
  "document",
  "getComputedStyle",
  "history",
  "Image",
  "ImageData",
  "location",
  "MutationObserver",
  "Path2D",
  "PopStateEvent",
  "ResizeObserver",
  "Response",
  "sessionStorage",
  "setTimeout",
  "TextEncoder",
  "URL",
  "XMLSerializer",
];
const NODE = ["Buffer", "TextDecoder", "TextEncoder", "URL"];

const readable = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

export default [
  { ignores: ["**/uplot/", "**/node_modules/"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      complexity: ["error", 10],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "max-lines": ["error", 250],
      "max-lines-per-function": ["error", 50],
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["medapp/**"], languageOptions: { globals: readable(BROWSER) } },
  { files: ["tests/**"], languageOptions: { globals: readable(NODE) } },
];
