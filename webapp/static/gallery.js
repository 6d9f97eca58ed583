// The gallery of saved questions: typing leaves those that have the words. All of them are there without script.

const gallery = document.querySelector("#gallery");
const box = document.importNode(document.querySelector("#gallery-filter").content, true).firstElementChild;
const input = box.querySelector("input");
const nothing = box.querySelector("[role=status]");
const groups = [...gallery.querySelectorAll("[data-group]")];

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const cards = groups.flatMap((group) =>
  [...group.querySelectorAll("li")].map((card) => ({ group, card, text: folded(card.dataset.words) })),
);

function filter() {
  const parts = folded(input.value).split(/\s+/).filter(Boolean);
  const shown = new Map(groups.map((group) => [group, 0]));
  for (const { group, card, text } of cards) {
    card.hidden = !parts.every((part) => text.includes(part));
    if (!card.hidden) shown.set(group, shown.get(group) + 1);
  }
  for (const [group, count] of shown) {
    group.hidden = !count;
    group.open = parts.length ? count > 0 : group.hasAttribute("data-open");
  }
  nothing.textContent = [...shown.values()].some(Boolean) ? "" : nothing.dataset.say;
}

input.addEventListener("input", filter);
gallery.prepend(box);
