// A SPARQL text as words, and what may stand at a place in it. It has to bear texts that are not finished yet, so it
// is no parser: it follows brackets, and the order subject, predicate, object.

const WORD = new RegExp(
  [
    String.raw`(?<space>\s+|#[^\n\r]*)`,
    String.raw`|(?<string>"{3}(?:"{0,2}(?:[^"\\]|\\.))*"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}`,
    String.raw`|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')`,
    String.raw`|(?<iri><[^<>"{}|^${"`"}\\\x00-\x20]*>)`,
    String.raw`|(?<variable>[?$][\p{L}\p{N}_]+)`,
    String.raw`|(?<name>\p{L}[\p{L}\p{N}_.-]*:(?:[\p{L}\p{N}_.:%-]|\\.)*|:(?:[\p{L}\p{N}_.:%-]|\\.)*|_:[\p{L}\p{N}_]+)`,
    String.raw`|(?<word>@?\p{L}[\p{L}\p{N}_-]*)`,
    String.raw`|(?<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)`,
    String.raw`|(?<open>[({\[])|(?<close>[)}\]])|(?<other>.)`,
  ].join(""),
  "suy",
);

const UPDATES = new Set(["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"]);
const PASSIVE = new Set(["outside", "expression", "values"]); // where words have no order of their own
const HEADS = new Set(["SELECT", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET"]);
const CLOSES = { "(": ")", "{": "}", "[": "]" };

/** The words of a text: kind, text, from. A string that is not closed is an `other` sign and what follows. */
export function words(text) {
  const found = [];
  WORD.lastIndex = 0;
  for (let match; (match = WORD.exec(text)); ) {
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    if (kind !== "space") found.push(trimmed(kind, match[0], match.index));
    else if (match[0].startsWith("#")) found.push({ kind: "comment", text: match[0], from: match.index });
  }
  return found;
}

/** A name does not end in a dot: there the triple ends. */
function trimmed(kind, text, from) {
  const dots = kind === "name" ? /\.+$/.exec(text) : null;
  if (!dots) return { kind, text, from };
  WORD.lastIndex -= dots[0].length;
  return { kind, text: text.slice(0, -dots[0].length), from };
}

const spoken = (all) => all.filter((word) => word.kind !== "comment");

/** The prefixes that a text declares, as a Map to their IRIs. */
export function declared(all) {
  const found = new Map();
  const said = spoken(all);
  said.forEach((word, at) => {
    const [name, iri] = [said[at + 1], said[at + 2]];
    if (word.kind === "word" && word.text.toUpperCase() === "PREFIX" && name?.kind === "name" && iri?.kind === "iri") {
      found.set(name.text.slice(0, -1), iri.text.slice(1, -1));
    }
  });
  return found;
}

/** What the server will refuse before it parses: undeclared prefixes, SERVICE, updates, brackets that stay open. */
export function faults(all, known) {
  const said = spoken(all);
  const prefixes = declared(said);
  const open = [];
  const found = [];
  said.forEach((word, at) => {
    const before = said[at - 1];
    const upper = word.text.toUpperCase();
    const opens = !before || before.kind === "close" || before.kind === "iri" || before.text === ";";
    if (word.kind === "name" && !word.text.startsWith("_:")) {
      const prefix = word.text.slice(0, word.text.indexOf(":"));
      if (!prefixes.has(prefix) && !known.has(prefix) && before?.text.toUpperCase() !== "PREFIX") {
        found.push({ word, key: "prefix", named: `${prefix}:` });
      }
    } else if (word.kind === "word" && upper === "SERVICE") found.push({ word, key: "service", named: word.text });
    else if (word.kind === "word" && UPDATES.has(upper) && opens) found.push({ word, key: "update", named: word.text });
    else if (word.kind === "open") open.push(word);
    else if (word.kind === "close" && open.length && CLOSES[open.at(-1).text] === word.text) open.pop();
  });
  return { found, open: open.at(-1) ?? null };
}

/**
 * What may stand after some words. `place` is one of outside, prefix, subject, predicate, path, object, end,
 * expression, values; `subject` and `predicate` are the words of the triple so far.
 */
export function place(all) {
  const said = spoken(all);
  if (said.at(-1)?.kind === "word" && said.at(-1).text.toUpperCase() === "PREFIX") return { place: "prefix" };
  const frames = [];
  let now = { place: "outside" };
  const item = (word) => {
    if (now.place === "subject") now = { ...now, place: "predicate", subject: word.text };
    else if (now.place === "predicate") now = { ...now, place: "object", predicate: word.text };
    else if (now.place === "object") now = { ...now, place: "end" };
  };
  for (const word of said) {
    const upper = word.text.toUpperCase();
    if (word.kind === "open") {
      frames.push(now);
      now = inside(word, now);
    } else if (word.kind === "close") {
      now = after(word, frames.pop() ?? { place: "outside" });
    } else if (PASSIVE.has(now.place)) continue;
    else if (word.kind === "word" && HEADS.has(upper)) now = { place: "outside" };
    else if (word.kind === "word" && upper !== "A" && upper !== "TRUE" && upper !== "FALSE") {
      now = { place: "subject", keyword: upper, graph: upper === "GRAPH" };
    } else if (now.graph && now.place === "subject") now = { place: "subject" };
    else if (word.text === ".") now = { place: "subject" };
    else if (word.text === ";") now = { ...now, place: "predicate" };
    else if (word.text === ",") now = { ...now, place: "object" };
    else if (now.place === "object" && "/|".includes(word.text)) now = { ...now, place: "predicate" };
    else if (word.kind !== "other") item(word);
  }
  return now;
}

function inside(word, now) {
  if (word.text === "{") return { place: now.keyword === "VALUES" ? "values" : "subject" };
  if (now.place === "values") return now;
  if (word.text === "[") return { place: "predicate", subject: "[]" };
  if (now.place === "predicate") return { ...now }; // a path in brackets
  if (now.place === "object") return { ...now, place: "object", list: true };
  return { place: now.keyword === "VALUES" ? "values" : "expression" };
}

function after(word, before) {
  if (word.text === "}") return before.place === "outside" ? before : { place: "subject" };
  if (before.place === "subject") return { ...before, place: before.keyword ? "subject" : "predicate" };
  if (before.place === "predicate") return { ...before, place: word.text === ")" ? "object" : "end", predicate: "()" };
  return before.place === "object" ? { ...before, place: "end" } : before;
}
