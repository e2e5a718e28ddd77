// Rows with two-line cells; a click on a row tells the page which one. All text goes through textContent.
// data: { head: [text], rows: [{ id, name, facts, cells: [{ text, small }] }] }

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".scroll");
  host.replaceChildren();
  const table = make("table", "", host), head = make("tr", "", make("thead", "", table)), body = make("tbody", "", table);
  for (const text of data.head) make("th", "", head, text).scope = "col";
  for (const row of data.rows) {
    const line = make("tr", "", body), first = make("td", "", line);
    make("button", "name", first, row.name).type = "button";
    make("small", "", first, row.facts);
    for (const { text, small } of row.cells) {
      const cell = make("td", "", line, text);
      if (small) make("small", "", cell, small);
    }
    line.onclick = () => setTriggerValue("open", row.id);
  }
}
