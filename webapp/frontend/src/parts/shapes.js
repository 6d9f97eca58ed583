// The signs of the kinds of things, as paths around 0 0 that fit a circle of 9 pixels. Shapes differ, so that no
// colour is needed to tell them apart.

const corners = (count, radius, turn = 0) =>
  Array.from({ length: count }, (_, at) => {
    const angle = (2 * Math.PI * at) / count - Math.PI / 2 + turn;
    return `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`;
  });

const polygon = (points) => `M${points.join("L")}Z`;
const circle = (radius) => `M${-radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;

function star(count, outer, inner) {
  const far = corners(count, outer);
  const near = corners(count, inner, Math.PI / count);
  return polygon(far.flatMap((point, at) => [point, near[at]]));
}

export const SHAPES = {
  article: "M-7-8H7V8H-7Z",
  claim: circle(8),
  citation: polygon(corners(3, 9)),
  entity: polygon(corners(4, 9)),
  question: polygon(corners(6, 9)),
  dependence: "M-3-8H3V-3H8V3H3V8H-3V3H-8V-3H-3Z",
  relation: polygon(corners(5, 9)),
  place: "M-5-5H5V5H-5Z",
  term: star(5, 9.5, 4.2),
  elsewhere: circle(8) + circle(4.5),
  unnamed: circle(4),
};

export const svg = (name, attributes = {}, ...inside) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
};

export const sign = (kind) => svg("path", { class: `sign-${kind}`, d: SHAPES[kind], "fill-rule": "evenodd" });
