// A canvas as a PNG file that says how large a printer shall make it.

const DOTS_PER_METRE = 11811; // 300 dpi
const SIGNATURE_AND_HEADER = 33; // bytes before the first chunk that may follow

// Bytes of a PNG with its resolution (a pHYs chunk, PNG specification 11.3.4.3).
export function addResolution(png, dotsPerMetre = DOTS_PER_METRE) {
  const chunk = new Uint8Array(21);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, 9);
  chunk.set([0x70, 0x48, 0x59, 0x73], 4); // pHYs
  view.setUint32(8, dotsPerMetre);
  view.setUint32(12, dotsPerMetre);
  chunk[16] = 1; // the unit is the metre
  view.setUint32(17, checksum(chunk.subarray(4, 17)));
  const whole = new Uint8Array(png.length + chunk.length);
  whole.set(png.subarray(0, SIGNATURE_AND_HEADER));
  whole.set(chunk, SIGNATURE_AND_HEADER);
  whole.set(png.subarray(SIGNATURE_AND_HEADER), SIGNATURE_AND_HEADER + chunk.length);
  return whole;
}

// CRC-32 of ISO 3309, as PNG asks for it.
export function checksum(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export async function savePng(canvas, name) {
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const bytes = addResolution(new Uint8Array(await blob.arrayBuffer()));
  saveFile(new Blob([bytes], { type: "image/png" }), name);
}

export function saveFile(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
