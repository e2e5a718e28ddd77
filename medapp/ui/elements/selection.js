// Which tiles of a grid are selected: decisions only, without a page.

// The ids selected after tile `at` of `ids` was taken or let go; a range reaches from `anchor` to it.
export function selectTile(selected, ids, at, anchor, isRange) {
  if (!isRange || anchor < 0) {
    const id = ids[at];
    return selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id];
  }
  const range = ids.slice(Math.min(at, anchor), Math.max(at, anchor) + 1);
  return [...selected, ...range.filter((id) => !selected.includes(id))];
}

// What a key means in a grid whose tiles can be selected: "toggle", "clear", "all", or null.
export function readSelectKey({ key, ctrlKey, metaKey }) {
  if (key === " ") return "toggle";
  if (key === "Escape") return "clear";
  return key === "a" && (ctrlKey || metaKey) ? "all" : null;
}
