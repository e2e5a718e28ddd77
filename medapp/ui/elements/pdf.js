// A picture as a PDF of one page, without loss (ISO 32000-1, 7.5 and 8.9.5).

const encoder = new TextEncoder();

// The bytes of the PDF.
// deflated: the picture's RGB bytes, row by row from the top, as zlib gives them (FlateDecode).
// points: [width, height] of the page, in 1/72 inch.
export function writePdf(deflated, width, height, points) {
  const [wide, high] = points.map((length) => length.toFixed(2));
  const content = encoder.encode(`q ${wide} 0 0 ${high} 0 0 cm /Figure Do Q`);
  const image =
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height}` +
    " /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode";
  const page = `/Type /Page /Parent 2 0 R /MediaBox [0 0 ${wide} ${high}] /Contents 5 0 R`;
  return assemble([
    ["/Type /Catalog /Pages 2 0 R"],
    ["/Type /Pages /Kids [3 0 R] /Count 1"],
    [`${page} /Resources << /XObject << /Figure 4 0 R >> >>`],
    [image, deflated],
    ["", content],
  ]);
}

// Objects, each a dictionary's inner text and perhaps a stream, numbered from 1; the first is the
// catalog.
function assemble(objects) {
  const parts = [];
  const offsets = [];
  let length = 0;
  const add = (part) => {
    const bytes = typeof part === "string" ? encoder.encode(part) : part;
    parts.push(bytes);
    length += bytes.length;
  };
  add("%PDF-1.4\n");
  objects.forEach(([inner, stream], number) => {
    offsets.push(length);
    const size = stream ? ` /Length ${stream.length}` : "";
    add(`${number + 1} 0 obj\n<< ${inner}${size} >>\n`);
    if (stream) for (const part of ["stream\n", stream, "\nendstream\n"]) add(part);
    add("endobj\n");
  });
  const start = length;
  const lines = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const count = objects.length + 1;
  add(`xref\n0 ${count}\n0000000000 65535 f \n${lines}`);
  add(`trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
  return join(parts, length);
}

function join(parts, length) {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// A canvas's colours without its transparency, deflated.
export async function deflate(canvas) {
  const { width, height } = canvas;
  const rgba = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from];
    rgb[to++] = rgba[from + 1];
    rgb[to++] = rgba[from + 2];
  }
  const packed = new Blob([rgb]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
