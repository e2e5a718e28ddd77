// A grid of thumbnails; a click or Enter tells the page which one to open. Where the tiles can be
// selected, Ctrl, Shift, a tile's mark and the space bar do that.
// data: { tiles: [{ id, source, caption, colour, label, badge, said, loss, is_wrong }], legend:
// [{ label, colour }], note, is_selectable }

import { make, readStyle } from "./dom.js";
import { shortenPath } from "./file_names.js";
import { readGridKey } from "./keys.js";
import { readSelectKey, selectTile } from "./selection.js";

const SIZE = "medapp-tile-size"; // px, kept as long as the browser's tab

export default function ({ parentElement, data, setTriggerValue, setStateValue }) {
  const host = parentElement.querySelector(".gallery");
  // The page is drawn again after each choice; the same tiles then stay, with their focus.
  const text = JSON.stringify(data);
  host.tell = {
    open: (id) => setTriggerValue("open", id),
    select: (ids) => setStateValue("selected", ids),
  };
  if (host.drawn === text) return;
  // Other tiles begin with none selected.
  if (host.drawn && data.is_selectable) host.tell.select([]);
  host.drawn = text;
  const palette = readStyle(host, "--st-chart-categorical-colors").split(",");
  const pickStripe = (index) => (index == null ? "transparent" : palette[index % palette.length]);
  host.replaceChildren();
  if (data.legend.length || data.note || data.is_selectable) drawLegend(host, data, pickStripe);
  const grid = make("div", "grid", host);
  const tiles = data.tiles.map((tile) => drawTile(grid, tile, pickStripe(tile.colour)));
  const selection = data.is_selectable ? openSelection(host, tiles, data.tiles) : null;
  tiles.forEach((button, at) => {
    button.onclick = (event) => {
      const isRange = event.shiftKey;
      const isMark = event.target.closest(".mark") != null;
      if (selection && (isRange || isMark || event.ctrlKey || event.metaKey))
        selection.take(at, isRange);
      else host.tell.open(data.tiles[at].id);
    };
  });
  grid.onkeydown = (event) => moveByKey(event, grid, tiles, selection);
  // The space bar would open a tile when it comes up.
  grid.onkeyup = (event) => selection && event.key === " " && event.preventDefault();
}

function moveByKey(event, grid, tiles, selection) {
  const at = tiles.indexOf(event.target);
  const action = selection && at >= 0 ? readSelectKey(event) : null;
  if (action) {
    event.preventDefault();
    selection[action === "toggle" ? "take" : action](at, event.shiftKey);
    return;
  }
  const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
  const next = readGridKey(event.key, at, columns, tiles.length);
  if (next == null) return;
  event.preventDefault();
  tiles[next].focus();
  if (selection && event.shiftKey) selection.extend(at, next);
}

// What is selected of the tiles that are shown; none at first.
function openSelection(host, buttons, tiles) {
  const ids = tiles.map((tile) => tile.id);
  let selected = [];
  let anchor = -1;
  const show = (next) => {
    selected = next;
    buttons.forEach((button, at) =>
      button.setAttribute("aria-pressed", selected.includes(ids[at])),
    );
    host.tell.select(selected);
  };
  buttons.forEach((button) => {
    button.setAttribute("aria-pressed", "false");
    const mark = make("span", "mark");
    mark.title = "Select (Ctrl or Shift with a click, or the space bar)";
    button.querySelector(".label").prepend(mark);
  });
  return {
    take(at, isRange) {
      const next = selectTile(selected, ids, at, anchor, isRange);
      anchor = at;
      show(next);
    },
    extend(from, to) {
      if (anchor < 0) anchor = from;
      show(selectTile(selected, ids, to, anchor, true));
    },
    clear() {
      anchor = -1;
      show([]);
    },
    all: () => show(ids),
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
  if (data.is_selectable) drawSizes(host, legend);
}

function drawSizes(host, legend) {
  const label = make("label", "size", legend, "Size");
  const slider = make("input", "", label);
  Object.assign(slider, { type: "range", min: 96, max: 320, step: 16 });
  slider.setAttribute("aria-label", "Size of the images");
  slider.value = sessionStorage.getItem(SIZE) ?? 128;
  const show = () => host.style.setProperty("--tile", `${slider.value}px`);
  slider.oninput = () => {
    sessionStorage.setItem(SIZE, slider.value);
    show();
  };
  show();
}

function drawTile(grid, tile, stripe) {
  const button = make("button", "tile", grid);
  button.type = "button";
  const judgement = tile.loss && `judged ${tile.said} (loss ${tile.loss})`;
  const words = [tile.caption, tile.label, tile.badge, judgement];
  button.title = words.filter(Boolean).join(" · ");
  button.setAttribute("aria-label", button.title);
  button.style.setProperty("--stripe", stripe);
  const image = make("img", "", make("span", "frame", button));
  image.src = tile.source;
  image.alt = "";
  make("span", "caption", button, shortenPath(tile.caption));
  const line = make("span", "label", button);
  make("span", "text", line, tile.label);
  if (tile.badge) make("span", "badge", line, tile.badge);
  if (tile.loss) drawJudgement(button, tile);
  return button;
}

// What a model says of the image, and its loss; the loss is marked where the label says otherwise.
function drawJudgement(button, tile) {
  const line = make("span", "label", button);
  make("span", "text", line, `→ ${tile.said}`);
  make("span", tile.is_wrong ? "badge" : "loss", line, tile.loss);
}
