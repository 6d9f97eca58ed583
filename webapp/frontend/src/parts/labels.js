// Which names there is room for, and on which side of its thing each stands.

const CELL = 48; // pixels of a square in which boxes are looked for

/** Boxes that have been taken, found by the squares that they touch. */
class Room {
  constructor() {
    this.squares = new Map();
  }

  *#touched([left, top, right, bottom]) {
    for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x++)
      for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y++) yield `${x} ${y}`;
  }

  isFree(box) {
    for (const square of this.#touched(box))
      for (const other of this.squares.get(square) ?? [])
        if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) return false;
    return true;
  }

  take(box) {
    for (const square of this.#touched(box)) {
      if (!this.squares.has(square)) this.squares.set(square, []);
      this.squares.get(square).push(box);
    }
  }
}

const GAP = 12;
/** Anchor, place of the middle of the upper edge, box; all from the middle of the thing. */
const sides = (width, height) => [
  ["start", GAP, -height / 2, [GAP, -height / 2, GAP + width, height / 2]],
  ["end", -GAP, -height / 2, [-GAP - width, -height / 2, -GAP, height / 2]],
  ["middle", 0, GAP, [-width / 2, GAP, width / 2, GAP + height]],
  ["middle", 0, -GAP - height, [-width / 2, -GAP - height, width / 2, -GAP]],
];

/** A name in at most two lines of so many characters; what is longer ends in an ellipsis. */
export function lines(text, longest) {
  const found = [];
  let rest = [...text.replace(/\s+/g, " ").trim()];
  while (rest.length > longest && found.length < 1) {
    const space = rest.lastIndexOf(" ", longest);
    const hyphen = Math.max(...["-", "/", ":"].map((mark) => rest.lastIndexOf(mark, longest - 1))) + 1;
    const end = [space, hyphen].find((place) => place > longest / 3) ?? longest;
    found.push(rest.slice(0, end).join(""));
    rest = rest.slice(rest[end] === " " ? end + 1 : end);
  }
  if (rest.length > longest) rest = [...rest.slice(0, longest - 1).join("").trimEnd(), "…"];
  return [...found, rest.join("")];
}

/**
 * Give each name its side, the most important things first; a name for which there is no room gets none.
 *
 * names: {x, y, width, height}, in the order of importance; width and height: of the picture.
 * Returns for each [anchor, dx, dy], or null.
 */
export function arrange(names, width, height) {
  const room = new Room();
  for (const { x, y } of names) room.take([x - 8, y - 8, x + 8, y + 8]);
  return names.map((name) => {
    for (const [anchor, dx, dy, box] of sides(name.width, name.height)) {
      const [left, top, right, bottom] = [name.x + box[0], name.y + box[1], name.x + box[2], name.y + box[3]];
      if (left < 2 || top < 2 || right > width - 2 || bottom > height - 2) continue;
      if (!room.isFree([left, top, right, bottom])) continue;
      room.take([left, top, right, bottom]);
      return [anchor, dx, dy];
    }
    return null;
  });
}
