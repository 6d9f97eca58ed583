// The last questions of this browser, in its own storage. Nothing is sent anywhere. What the storage holds is read as
// something that anybody may have written: only questions to this page become links, and everything else is text.

const KEY = "factcite-questions";
const MOST = 50;
const LONGEST = 20_000;
const box = document.querySelector("#history");
const template = document.querySelector("#history-entry").content;
const home = new URL(box.dataset.home, document.baseURI);

/** The question of an address, and nothing else of it; empty where it asks nothing. */
function questionOf(search) {
  const given = new URLSearchParams(search);
  const kept = new URLSearchParams();
  for (const [name, value] of given) {
    if (name === "query" || name === "question" || name.startsWith("$")) kept.append(name, value);
  }
  return kept.has("query") || kept.has("question") ? `?${kept}` : "";
}

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter(fits).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

const fits = (entry) =>
  entry !== null &&
  typeof entry === "object" &&
  ["title", "search", "at"].every((name) => typeof entry[name] === "string") &&
  questionOf(entry.search) === entry.search;

/** Where there is no room for all, the oldest go. */
function write(entries) {
  for (let kept = entries.slice(0, MOST); ; kept = kept.slice(0, Math.floor(kept.length / 2))) {
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
      return;
    } catch {
      if (!kept.length) return;
    }
  }
}

/** What a question is called: its title, or its first line that is no prefix and no comment. */
function titled(title, text) {
  if (title) return title;
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const first = lines.findIndex((line) => line && !/^(#|prefix\b|base\b)/i.test(line));
  const told = lines.slice(Math.max(first, 0)).join(" ").replace(/\s+/g, " ");
  return told.length > 160 ? `${told.slice(0, 159)}…` : told;
}

function remember() {
  const search = questionOf(location.search);
  if (!("keep" in box.dataset) || !search || search.length > LONGEST) return;
  const text = document.querySelector("form textarea[name=query]")?.value ?? "";
  const entry = { title: titled(box.dataset.title, text), search, at: new Date().toISOString() };
  write([entry, ...read().filter((other) => other.search !== search)]);
}

function row(entry) {
  const item = document.importNode(template, true).firstElementChild;
  const [link, time, button] = ["a", "time", "button"].map((name) => item.querySelector(name));
  link.textContent = entry.title;
  link.href = new URL(entry.search, home).href;
  const at = new Date(entry.at);
  if (!Number.isNaN(at.valueOf())) {
    time.dateTime = at.toISOString();
    time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  }
  button.setAttribute("aria-label", button.dataset.say.replace("{what}", () => entry.title));
  button.addEventListener("click", () => remove(entry, item));
  return item;
}

function remove(entry, item) {
  const next = (item.nextElementSibling ?? item.previousElementSibling)?.querySelector("button");
  write(read().filter((other) => other.search !== entry.search));
  show();
  if (next) [...box.querySelectorAll("li button")].find((each) => each.ariaLabel === next.ariaLabel)?.focus();
}

function show() {
  const entries = read();
  box.querySelector("ul").replaceChildren(...entries.map(row));
  box.hidden = !entries.length;
}

box.querySelector("[data-clear]").addEventListener("click", () => {
  write([]);
  show();
});
window.addEventListener("storage", (event) => {
  if (event.key === KEY) show();
});
remember();
show();
