// A figure of a dark page in the colours of the light one: paper is white.
// pairs: [[shown, onPaper], …], each side a list of hex colours, as long as the other: one colour
// or the stops of a scale. A colour between two stops goes between the same two of the other side.

const TOLERANCE = 3; // of 255: colours on a scale are rounded
const COLOUR = /#([0-9a-f]{6})\b|(rgba?)\(\s*(\d+),\s*(\d+),\s*(\d+)/gi;
const ATTRIBUTES = ["style", "fill", "stroke", "stop-color"];

// A function from a colour [r, g, b] on the page to the one on paper. A colour that is in no pair
// stays as it is.
export function turnColours(pairs) {
  const segments = pairs.flatMap(([shown, onPaper]) => cutScale(shown, onPaper));
  const known = new Map();
  return (colour) => {
    const key = colour.join();
    if (!known.has(key)) known.set(key, turnColour(colour, segments));
    return known.get(key);
  };
}

// The colours within a text of CSS or of an attribute, turned.
export function turnText(text, turn) {
  return text.replace(COLOUR, (_, hex, kind, ...numbers) => {
    const colour = hex ? readHex(hex) : numbers.slice(0, 3).map(Number);
    const turned = turn(colour).join(", ");
    return hex ? `rgb(${turned})` : `${kind}(${turned}`;
  });
}

// The colours of pixels (RGBA, in place), turned; what is clear stays clear.
export function turnPixels(pixels, turn) {
  for (let at = 0; at < pixels.length; at += 4)
    if (pixels[at + 3]) pixels.set(turn([...pixels.subarray(at, at + 3)]), at);
}

// A copy of a drawing with its colours turned, in its pictures too.
export async function copyForPaper(svg, pairs) {
  const copy = svg.cloneNode(true);
  if (!pairs.length) return copy;
  const turn = turnColours(pairs);
  for (const element of [copy, ...copy.querySelectorAll("*")])
    for (const name of ATTRIBUTES)
      if (element.hasAttribute(name))
        element.setAttribute(name, turnText(element.getAttribute(name), turn));
  for (const element of copy.querySelectorAll("image")) await turnPicture(element, turn);
  return copy;
}

async function turnPicture(element, turn) {
  const image = new Image();
  image.src = element.href.baseVal;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const whole = context.getImageData(0, 0, canvas.width, canvas.height);
  turnPixels(whole.data, turn);
  context.putImageData(whole, 0, 0);
  for (const name of ["href", "xlink:href"]) element.removeAttribute(name);
  element.setAttribute("href", canvas.toDataURL());
}

// The parts of a scale between neighbouring stops; one colour is a part without length.
function cutScale(shown, onPaper) {
  const [from, to] = [shown, onPaper].map((side) => side.map((hex) => readHex(hex.slice(1))));
  if (from.length === 1) return [{ from: [from[0], from[0]], to: [to[0], to[0]] }];
  return from.slice(1).map((end, i) => ({ from: [from[i], end], to: [to[i], to[i + 1]] }));
}

function turnColour(colour, segments) {
  let nearest = TOLERANCE;
  let turned = colour;
  for (const { from, to } of segments) {
    const share = project(colour, from);
    const distance = Math.hypot(...mix(from, share).map((value, i) => value - colour[i]));
    if (distance < nearest) {
      nearest = distance;
      turned = mix(to, share).map(Math.round);
    }
  }
  return turned;
}

// How far along a part, 0 to 1, its point next to a colour lies.
function project(colour, [start, end]) {
  const along = end.map((value, i) => value - start[i]);
  const length = along.reduce((sum, value) => sum + value * value, 0);
  const reached = along.reduce((sum, value, i) => sum + value * (colour[i] - start[i]), 0);
  return length ? Math.min(1, Math.max(0, reached / length)) : 0;
}

function mix([start, end], share) {
  return start.map((value, i) => value + share * (end[i] - value));
}

function readHex(digits) {
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
}
