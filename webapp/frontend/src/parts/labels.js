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
const sides = (width, height) => [
  ["start", GAP, height / 3, [GAP, -height / 2, GAP + width, height / 2]],
  ["end", -GAP, height / 3, [-GAP - width, -height / 2, -GAP, height / 2]],
  ["middle", 0, GAP + height * 0.75, [-width / 2, GAP, width / 2, GAP + height]],
  ["middle", 0, -GAP - height * 0.2, [-width / 2, -GAP - height, width / 2, -GAP]],
];

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
