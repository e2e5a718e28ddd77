// A grid of thumbnails; a click or Enter tells the page which one. All text goes through textContent.
// data: { tiles: [{ id, source, caption, colour, label, badge }], legend: [{ label, colour }], chosen, note }

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".gallery");
  const palette = getComputedStyle(host).getPropertyValue("--st-chart-categorical-colors").split(",");
  const stripe = (place) => (place == null ? "transparent" : palette[place % palette.length]);
  host.replaceChildren();
  if (data.legend.length || data.note) {
    const legend = make("div", "legend", host);
    for (const { label, colour } of data.legend) {
      const entry = make("span", "", legend);
      make("i", "", entry).style.background = stripe(colour);
      entry.append(label);
    }
    if (data.note) make("span", "note", legend, data.note);
  }
  const grid = make("div", "grid", host);
  const tiles = data.tiles.map((tile) => {
    const button = make("button", tile.id === data.chosen ? "tile chosen" : "tile", grid);
    button.type = "button";
    button.title = `${tile.caption} · ${tile.label}`;
    button.setAttribute("aria-label", button.title);
    button.style.setProperty("--stripe", stripe(tile.colour));
    const image = make("img", "", button);
    image.src = tile.source;
    image.alt = "";
    make("span", "caption", button, tile.caption);
    if (tile.badge) make("span", "badge", button, tile.badge);
    button.onclick = () => setTriggerValue("open", tile.id);
    return button;
  });
  grid.onkeydown = (event) => {
    const at = tiles.indexOf(event.target);
    const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (at < 0 || !step) return;
    event.preventDefault();
    tiles[at + step]?.focus();
  };
}
