// Mistakes where they are: what the server will refuse, then the grammar. What the server said stays until the text
// changes.

import { linter } from "@codemirror/lint";
import { refusals } from "./syntax.js";

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
  const { found, used, open } = refusals(text, known);
  const refused = found.map(({ from, to, key, named }) => at(from, to - from, say(key, { found: named })));
  const { departure } = await import("./grammar.js");
  const first = departure(text, Object.fromEntries([...used].map((prefix) => [prefix, "urn:x-known:"])));
  if (!first) return refused;
  if (first.end && open !== undefined) return [...refused, at(open, 1, say("open", { found: text[open] }))];
  if (first.end) return [...refused, at(Math.max(first.at - 1, 0), 1, ended(first, say))];
  return [...refused, at(first.at, Math.max(first.found.length, 1), told(first, say))];
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
