// Where things stand: a simulation of forces that is run to its end at once. Its starting places and its chances are
// fixed, so the same answer is drawn the same way each time.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";

const TICKS = 400;

/** Gives each thing an `x` and a `y`. */
export function place(things, links) {
  const reach = things.length > 120 ? 45 : 80;
  const pull = 0.04 + 2 / (things.length + 20);
  forceSimulation(things)
    .force("link", forceLink(links.map(({ from, to }) => ({ source: from, target: to }))).distance(reach))
    .force("charge", forceManyBody().strength(-3.2 * reach))
    .force("apart", forceCollide(18))
    .force("x", forceX().strength(pull))
    .force("y", forceY().strength(pull))
    .stop()
    .tick(TICKS);
}
