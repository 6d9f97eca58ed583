// Draws the graph of an answer. The page has the same links as a table, and without this script shows that alone.
// Things are links that the arrow keys go through; every word comes from the page.

import { arrange, lines } from "./parts/labels.js";
import { place } from "./parts/layout.js";
import { sign, svg } from "./parts/shapes.js";

const LONGEST = 22; // characters of a line of a name in the picture
const NARROW = 560; // pixels of a picture in which names are shorter
const STRETCH = 1.8; // how much wider than high, or the other way round, the picture may be made to fill its room
const LINE = 16; // pixels from a line of a name to the next
const ASCENT = 12;
const STEP = 1.35;
const LARGEST = 6;
const KEYS = { "+": "larger", "=": "larger", "-": "smaller", "−": "smaller", 0: "all" };
const MOVES = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

const filled = (sentence, values) => sentence.replace(/\{([a-z]+)\}/g, (_, name) => String(values[name]));
const round = (value) => Math.round(value * 10) / 10;

/** Links between the same two things in the same direction as one, with all that it is called. */
function merged(links) {
  const found = new Map();
  for (const { from, to, by, times } of links) {
    const key = `${from} ${to}`;
    const link = found.get(key) ?? { from, to, names: [], times: 0 };
    if (by && !link.names.includes(by)) link.names.push(by);
    link.times += times;
    found.set(key, link);
  }
  for (const link of found.values()) link.back = link.from !== link.to && found.has(`${link.to} ${link.from}`);
  return [...found.values()];
}

class Picture {
  constructor(figure) {
    const { things, links } = JSON.parse(figure.dataset.graph);
    this.figure = figure;
    this.canvas = figure.querySelector(".canvas");
    this.things = things;
    this.links = merged(links);
    for (const thing of things) thing.degree = 0;
    for (const { from, to } of this.links) {
      things[from].degree += 1;
      if (to !== from) things[to].degree += 1;
    }
    this.order = things.map((_, at) => at).sort((a, b) => things[b].degree - things[a].degree || a - b);
  }

  draw() {
    this.figure.hidden = false;
    this.#measure();
    place(this.things, this.links);
    this.#build();
    this.showAll();
    this.#listen();
  }

  // --- making it ------------------------------------------------------------------------------------------

  #measure() {
    this.width = Math.max(this.canvas.clientWidth, 200);
    this.height = Math.max(this.canvas.clientHeight, 200);
  }

  #build() {
    const kinds = this.#key();
    this.lines = this.links.map((link) => this.#line(link));
    this.nodes = this.things.map((thing) => this.#node(thing, kinds[thing.kind] ?? ""));
    this.nodes[this.order[0]].tabIndex = 0;
    this.picture = svg(
      "svg",
      { role: "group", "aria-label": this.figure.dataset.label },
      svg("g", { class: "lines" }, ...this.lines),
      svg("g", { class: "things" }, ...this.nodes),
    );
    this.canvas.replaceChildren(this.picture);
    this.#write();
  }

  /** The names, as long as there is room for on such a picture; and how large each is then. */
  #write() {
    this.longest = this.width < NARROW ? Math.round(LONGEST * 0.7) : LONGEST;
    this.texts = this.nodes.map((node) => node.querySelector("text"));
    this.texts.forEach((text, at) => {
      const parts = lines(this.things[at].text, this.longest);
      text.replaceChildren(...parts.map((part, line) => svg("tspan", { x: 0, y: ASCENT + line * LINE }, part)));
    });
    this.sizes = this.texts.map((text) => ({ width: text.getBBox().width, height: text.childNodes.length * LINE }));
  }

  /** Fills the key with the signs; what each kind is called. */
  #key() {
    const items = [...this.figure.querySelectorAll("[data-kind]")];
    for (const item of items) item.querySelector("svg").append(sign(item.dataset.kind));
    return Object.fromEntries(items.map((item) => [item.dataset.kind, item.querySelector(".words").textContent]));
  }

  #line(link) {
    const said = link.names.join(", ");
    const parts = [svg("path", { class: "line" }), svg("path", { class: "arrow", d: "M0 0L-7-3.5V3.5Z" })];
    if (said) parts.push(svg("title", {}, said), svg("text", { class: "says", "text-anchor": "middle" }, said));
    return svg("g", { "aria-hidden": "true" }, ...parts);
  }

  #node(thing, kind) {
    const { root, linked, linkedOne } = this.figure.dataset;
    const outside = thing.href.includes("://");
    const says = filled(thing.degree === 1 ? linkedOne : linked, { name: thing.text, kind, count: thing.degree });
    const attributes = { class: "thing", tabindex: "-1", "aria-label": says };
    if (thing.href) attributes.href = outside ? thing.href : root + thing.href;
    else attributes.role = "img";
    if (outside) attributes.rel = "noreferrer nofollow";
    const text = svg("text");
    if (thing.lang) text.setAttribute("lang", thing.lang);
    const title = thing.name && thing.name !== thing.text ? `${thing.text}\n${thing.name}` : thing.text;
    const hit = svg("circle", { class: "hit", r: "12" });
    return svg(thing.href ? "a" : "g", attributes, svg("title", {}, title), hit, sign(thing.kind), text);
  }

  // --- showing it -----------------------------------------------------------------------------------------

  #on({ x, y }) {
    const { centre, scale, stretch } = this;
    return [
      (x - centre[0]) * scale * stretch[0] + this.width / 2,
      (y - centre[1]) * scale * stretch[1] + this.height / 2,
    ];
  }

  showAll() {
    const xs = this.things.map(({ x }) => x);
    const ys = this.things.map(({ y }) => y);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const across = (this.width - 2 * Math.min(130, this.width / 5)) / Math.max(right - left, 1);
    const down = (this.height - 80) / Math.max(bottom - top, 1);
    this.scale = Math.min(across, down, 1.6);
    this.stretch = [across, down].map((room) => Math.min(Math.max(room / this.scale, 1), STRETCH));
    if (this.scale === 1.6) this.stretch = [1, 1];
    this.centre = [(left + right) / 2, (top + bottom) / 2];
    this.whole = this.scale;
    this.render();
  }

  render() {
    this.picture.setAttribute("viewBox", `0 0 ${round(this.width)} ${round(this.height)}`);
    const places = this.things.map((thing) => this.#on(thing));
    this.nodes.forEach((node, at) => node.setAttribute("transform", `translate(${places[at].map(round).join(" ")})`));
    this.links.forEach((link, at) => this.#lay(this.lines[at], link, places));
    this.#name(places);
  }

  #lay(line, link, places) {
    const [[x1, y1], [x2, y2]] = [places[link.from], places[link.to]];
    const [path, arrow, , says] = line.children;
    if (link.from === link.to) {
      path.setAttribute("d", `M${round(x1 - 6)} ${round(y1 - 7)}a11 11 0 1 1 12 0`);
      arrow.setAttribute("transform", `translate(${round(x1 + 6)} ${round(y1 - 8)}) rotate(120)`);
      says?.setAttribute("transform", `translate(${round(x1)} ${round(y1 - 30)})`);
      return;
    }
    const far = Math.hypot(x2 - x1, y2 - y1) || 1;
    const [ux, uy] = [(x2 - x1) / far, (y2 - y1) / far];
    const bend = link.back ? Math.min(18, far / 4) : 0;
    const [mx, my] = [(x1 + x2) / 2 - uy * bend, (y1 + y2) / 2 + ux * bend];
    const slant = Math.atan2(y2 - my, x2 - mx);
    const [ex, ey] = [x2 - 11 * Math.cos(slant), y2 - 11 * Math.sin(slant)];
    path.setAttribute("d", `M${round(x1)} ${round(y1)}Q${round(mx)} ${round(my)} ${round(ex)} ${round(ey)}`);
    arrow.setAttribute("transform", `translate(${round(ex)} ${round(ey)}) rotate(${round((slant * 180) / Math.PI)})`);
    says?.setAttribute("transform", `translate(${round((x1 + 2 * mx + x2) / 4)} ${round((y1 + 2 * my + y2) / 4 + 4)})`);
  }

  #name(places) {
    const names = this.order.map((at) => ({ x: places[at][0], y: places[at][1], ...this.sizes[at] }));
    arrange(names, this.width, this.height).forEach((side, rank) => {
      const text = this.texts[this.order[rank]];
      const right = names[rank].x > this.width / 2;
      const [anchor, dx, dy] = side ?? [right ? "end" : "start", right ? -12 : 12, -names[rank].height / 2];
      text.setAttribute("text-anchor", anchor);
      text.setAttribute("transform", `translate(${round(dx)} ${round(dy)})`);
      text.classList.toggle("no-room", side === null);
    });
  }

  zoom(factor) {
    this.scale = Math.min(Math.max(this.scale * factor, this.whole / 2), Math.max(LARGEST, this.whole));
    this.render();
  }

  move(dx, dy) {
    this.centre[0] += dx / this.scale / this.stretch[0];
    this.centre[1] += dy / this.scale / this.stretch[1];
    this.render();
  }

  does(what) {
    if (what === "larger") this.zoom(STEP);
    else if (what === "smaller") this.zoom(1 / STEP);
    else if (what === "all") this.showAll();
    else this.move(...MOVES[what].map((part) => (part * Math.min(this.width, this.height)) / 4));
  }

  // --- going through it -----------------------------------------------------------------------------------

  #listen() {
    this.figure.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-does]");
      if (button) this.does(button.dataset.does);
    });
    this.canvas.addEventListener("keydown", (event) => this.#press(event));
    this.canvas.addEventListener("focusin", (event) => this.#reach(event.target.closest(".thing")));
    this.canvas.addEventListener("focusout", () => this.#near(-1));
    this.canvas.addEventListener("pointerover", (event) => {
      const node = event.target.closest(".thing");
      this.#near(this.nodes.indexOf(node ?? document.activeElement));
    });
    this.canvas.addEventListener("pointerleave", () => this.#near(this.nodes.indexOf(document.activeElement)));
    this.canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => this.#drag(event));
    new ResizeObserver(() => this.#resized()).observe(this.canvas);
  }

  #resized() {
    const before = [this.width, this.height];
    this.#measure();
    if (before[0] === this.width && before[1] === this.height) return;
    this.#write();
    this.showAll();
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.nodes.indexOf(document.activeElement);
    const arrow = /^Arrow(.+)/.exec(event.key)?.[1].toLowerCase();
    if (arrow && at >= 0) {
      event.preventDefault();
      this.#next(at, MOVES[arrow])?.focus();
    } else if (event.key in KEYS) {
      event.preventDefault();
      this.does(KEYS[event.key]);
    }
  }

  /** The nearest thing that lies in a direction: what lies straight ahead is nearer than what lies aside. */
  #next(at, [dx, dy]) {
    const here = this.things[at];
    let best = null;
    let least = Infinity;
    this.things.forEach((thing, other) => {
      const [x, y] = [(thing.x - here.x) * this.stretch[0], (thing.y - here.y) * this.stretch[1]];
      const ahead = x * dx + y * dy;
      const aside = Math.abs(x * dy) + Math.abs(y * dx);
      const far = ahead + 2 * aside;
      if (other !== at && ahead > 0 && aside <= 2 * ahead && far < least) [best, least] = [this.nodes[other], far];
    });
    return best;
  }

  /** A thing has the focus: Tab comes back to it, it is in sight, and what it is linked with stands out. */
  #reach(node) {
    if (!node) return;
    for (const other of this.nodes) other.tabIndex = other === node ? 0 : -1;
    const at = this.nodes.indexOf(node);
    const [x, y] = this.#on(this.things[at]);
    if (x < 16 || y < 16 || x > this.width - 16 || y > this.height - 16) {
      this.move(x - this.width / 2, y - this.height / 2);
    }
    this.#near(at);
  }

  #near(at) {
    this.links.forEach(({ from, to }, line) => {
      this.lines[line].classList.toggle("near", from === at || to === at);
    });
  }

  #wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? STEP : 1 / STEP);
  }

  #drag(event) {
    if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest(".thing")) return;
    event.preventDefault();
    let [x, y] = [event.clientX, event.clientY];
    const follow = (moved) => {
      this.move(x - moved.clientX, y - moved.clientY);
      [x, y] = [moved.clientX, moved.clientY];
    };
    const over = new AbortController();
    const { signal } = over;
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.addEventListener("pointermove", follow, { signal });
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => over.abort(), { signal });
  }
}

const figure = document.querySelector("#graph");
if (figure) {
  document.querySelector("#graph-needs").hidden = true;
  new Picture(figure).draw();
  document.querySelector("#graph-links").open = false;
}
