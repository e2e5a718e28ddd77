// Whether what has the focus shows it: an outline or a shadow of its own, or of the field around it,
// that nothing cuts off. Gives null where there is no focus, or where a table draws its own, else
// what has it, and what is wrong in words, or "".
() => {
  const AROUND = 6; // elements around what has the focus, of which one may show it
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (!focused || focused === document.body || focused.tagName === "CANVAS") return null;

  const ringOf = (element) => {
    const style = getComputedStyle(element);
    const width = parseFloat(style.outlineWidth);
    if (style.outlineStyle !== "none" && width >= 1) return width + parseFloat(style.outlineOffset);
    return style.boxShadow === "none" ? null : 1;
  };
  const isCut = (element, reach) => {
    const box = element.getBoundingClientRect();
    for (let around = element.parentElement; around; around = around.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(around);
      const edge = around.getBoundingClientRect();
      const [left, right] = [box.left - reach < edge.left - 0.5, box.right + reach > edge.right + 0.5];
      if (/hidden|clip/.test(overflowX) && left && right) return true;
      if (/hidden|clip/.test(overflowY) && (box.top - reach < edge.top - 0.5)) return true;
    }
    return false;
  };
  const name = focused.getAttribute("aria-label") ?? focused.textContent.trim().slice(0, 40);
  const what = `${focused.tagName.toLowerCase()} ${focused.className?.baseVal ?? focused.className} "${name}"`;
  let wrong = "shows no focus";
  for (let element = focused, n = 0; element && n < AROUND; element = element.parentElement, n++) {
    const reach = ringOf(element);
    const { width, height } = element.getBoundingClientRect();
    if (reach === null || width < 4 || height < 4) continue;
    if (!isCut(element, reach)) return { what, wrong: "" };
    wrong = "shows a focus that is cut";
  }
  return { what, wrong };
}
