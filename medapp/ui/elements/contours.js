// Contours of a heatmap: closed lines in pixels of the image, as paths of SVG, each on a dark band, so
// that they show on dark and on bright images. Nothing else is painted on the image.
// contours: [{ name, colour, path }], the outermost first.

export const SVG = "http://www.w3.org/2000/svg";
const BAND_COLOUR = "#000";
const CASING = 2.2; // times a line's thickness, as in medapp.explanation.contours
const CONTOUR_SCREEN_PX = 2; // on the screen

export function buildContours(parent, { heatmap, width, height }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  for (const { path, colour } of heatmap.contours)
    for (const [stroke, thickness] of listStrokes(colour, 1)) {
      const line = document.createElementNS(SVG, "path");
      const look = { d: path, fill: "none", stroke, "stroke-linejoin": "round" };
      for (const [name, value] of Object.entries(look)) line.setAttribute(name, value);
      line.dataset.thickness = thickness;
      svg.append(line);
    }
  parent.append(svg);
  return svg;
}

// Lines as thick on the screen at every zoom; `scale` is screen pixels a pixel of the image.
export function showContours(svg, scale) {
  for (const line of svg.children)
    line.style.strokeWidth = (CONTOUR_SCREEN_PX * line.dataset.thickness) / scale;
}

// On a canvas whose unit is a pixel of the image.
export function drawContours(context, contours, thickness) {
  context.lineJoin = "round";
  for (const { path, colour } of contours)
    for (const [stroke, wide] of listStrokes(colour, thickness)) {
      context.strokeStyle = stroke;
      context.lineWidth = wide;
      context.stroke(new Path2D(path));
    }
}

// What is drawn of a line, the lowest first: colour and thickness.
export function listStrokes(colour, thickness) {
  return [
    [BAND_COLOUR, CASING * thickness],
    [colour, thickness],
  ];
}
