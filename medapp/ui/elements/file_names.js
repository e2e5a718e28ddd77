// Names of the pictures that readers save.

export function nameImageFile(name, hasHeatmap) {
  const stem = name
    .split("/")
    .at(-1)
    .replace(/\.[^.]*$/, "");
  return `${stem}${hasHeatmap ? "-heatmap" : ""}.png`;
}

export function nameChartFile(title) {
  return `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.png`;
}
