// The texts on a page that stand out from their ground by less than WCAG 2.1, 1.4.3 (AA) asks.
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => {
      const part = v / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const climb = (node) => {
    const way = [];
    for (let e = node; e; e = e.assignedSlot ?? e.parentElement ?? e.getRootNode().host) way.push(e);
    return way;
  };
  const judge = (element) => {
    const way = climb(element);
    let ground = [255, 255, 255];
    for (const e of [...way].reverse()) ground = over(read(getComputedStyle(e).backgroundColor), ground);
    const style = getComputedStyle(element);
    const fill = element.namespaceURI.endsWith("svg") ? style.fill : style.color;
    const ink = read(fill);
    for (const e of way) ink[3] *= Number(getComputedStyle(e).opacity);
    const [one, two] = [light(over(ink, ground)), light(ground)];
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    return { ratio: Math.max(one, two) / Math.min(one, two), least: isLarge ? 3 : 4.5 };
  };
  const found = [];
  const visit = (root) => {
    for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) visit(e.shadowRoot);
      const text = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
      const box = e.getBoundingClientRect();
      const isIdle = e.closest("[disabled], [aria-disabled=true]");
      if (!text || !box.width || !box.height || isIdle || e.closest("style, script, noscript")) continue;
      if (!e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const { ratio, least } = judge(e);
      if (ratio < least) found.push(`${ratio.toFixed(2)} ${text.slice(0, 40)} <${e.tagName} ${e.className?.baseVal ?? e.className}>`);
    }
  };
  visit(document);
  return [...new Set(found)];
}
