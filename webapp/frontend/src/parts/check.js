// Mistakes where they are: what the server will refuse, then the grammar. What the server said stays until the text
// changes.

import { linter } from "@codemirror/lint";
import { faults, words } from "./words.js";

const LONGEST = 20_000;
const DELAY = 500;

/** `say(key, values)` gives a sentence; `known()` a promise of the base's prefixes; `said` what the server found. */
export function check({ say, known, said }) {
  const first = said;
  const source = async (view) => {
    const text = view.state.doc.toString();
    if (first && text === first.text) return [first.diagnostic];
    if (!text.trim() || text.length > LONGEST) return [];
    return mistakes(text, say, new Set(Object.keys(await known())));
  };
  return linter(source, { delay: DELAY });
}

async function mistakes(text, say, known) {
  const all = words(text);
  const { found, open } = faults(all, known);
  const refused = found.map(({ word, key, named }) => at(word.from, word.text.length, say(key, { found: named })));
  const { departure } = await import("./grammar.js");
  const first = departure(text, used(all));
  if (!first) return refused;
  if (first.end && open) return [...refused, at(open.from, 1, say("open", { found: open.text }))];
  if (first.end) return [...refused, at(Math.max(first.at - 1, 0), 1, ended(first, say))];
  return [...refused, at(first.at, Math.max(first.found.length, 1), told(first, say))];
}

/** Every prefix of a text as if it were known: the unknown ones have been found already. */
function used(all) {
  const names = all.filter(({ kind, text }) => kind === "name" && !text.startsWith("_:"));
  return Object.fromEntries(names.map(({ text }) => [text.slice(0, text.indexOf(":")), "urn:x-known:"]));
}

const at = (from, length, message) => ({ from, to: from + length, severity: "error", message });
const ended = ({ expected }, say) => say(expected ? "expected-end" : "end", { expected });
const told = ({ kind, found, expected, said }, say) => say(kind, { found, expected, said });

/** A mistake that the server found, by line and column in code points from 1; null where it gave none. */
export function saidByServer(state, { line, column, message }) {
  if (!(line >= 1 && line <= state.doc.lines && column >= 1)) return null;
  const { from, text } = state.doc.line(line);
  const before = [...text].slice(0, column - 1).join("").length;
  const length = /^(\p{L}[\p{L}\p{N}_:.-]*|.)?/su.exec(text.slice(before))[0].length;
  const diagnostic = at(Math.min(from + before, from + text.length), length, message);
  return { text: state.doc.toString(), diagnostic };
}
