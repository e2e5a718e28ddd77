// A grid of thumbnails; a click or Enter tells the page which one.
// data: { tiles: [{ id, source, caption, colour, label, badge }], legend: [{ label, colour }], note }

import { make, readStyle } from "./dom.js";
import { readGridKey } from "./keys.js";

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".gallery");
  const palette = readStyle(host, "--st-chart-categorical-colors").split(",");
  const pickStripe = (index) => (index == null ? "transparent" : palette[index % palette.length]);
  host.replaceChildren();
  if (data.legend.length || data.note) drawLegend(host, data, pickStripe);
  const grid = make("div", "grid", host);
  const tiles = data.tiles.map((tile) => {
    const button = drawTile(grid, tile, pickStripe(tile.colour));
    button.onclick = () => setTriggerValue("open", tile.id);
    return button;
  });
  grid.onkeydown = (event) => {
    const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const next = readGridKey(event.key, tiles.indexOf(event.target), columns, tiles.length);
    if (next == null) return;
    event.preventDefault();
    tiles[next].focus();
  };
}

function drawLegend(host, data, pickStripe) {
  const legend = make("div", "legend", host);
  for (const { label, colour } of data.legend) {
    const entry = make("span", "", legend);
    make("i", "", entry).style.background = pickStripe(colour);
    entry.append(label);
  }
  if (data.note) make("span", "note", legend, data.note);
}

function drawTile(grid, tile, stripe) {
  const button = make("button", "tile", grid);
  button.type = "button";
  button.title = [tile.caption, tile.label, tile.badge].filter(Boolean).join(" · ");
  button.setAttribute("aria-label", button.title);
  button.style.setProperty("--stripe", stripe);
  const image = make("img", "", make("span", "frame", button));
  image.src = tile.source;
  image.alt = "";
  make("span", "caption", button, tile.caption);
  const line = make("span", "label", button);
  make("span", "", line, tile.label);
  if (tile.badge) make("span", "badge", line, tile.badge);
  return button;
}
