// Names of images and of the pictures that readers save.

export function nameImageFile(name, hasHeatmap) {
  const stem = name
    .split("/")
    .at(-1)
    .replace(/\.[^.]*$/, "");
  return `${stem}${hasHeatmap ? "-heatmap" : ""}.png`;
}

// A path as short as a tile: slices of one series differ in their last part.
export function shortenPath(name) {
  const parts = name.split("/");
  return parts.length < 3 ? name : `${parts[0]}/…/${parts.at(-1)}`;
}

export function nameChartFile(title) {
  return `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.png`;
}
