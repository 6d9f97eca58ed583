// The grammar of SPARQL 1.2, and where a text departs from it. Large, so it is loaded when it is needed.

import { Parser } from "@traqula/parser-sparql-1-2";

class Departs extends Error {
  constructor(first) {
    super("departs from the grammar");
    this.first = first;
  }
}

let parser = null;

/**
 * Where a text first departs from the grammar: {at, kind, found, expected, end}; null where it does not. `prefixes` are
 * those that it need not declare.
 */
export function departure(text, prefixes) {
  parser ??= new Parser({
    errorHandler: (errors) => {
      throw new Departs(errors[0]);
    },
  });
  try {
    parser.parse(text, { prefixes });
    return null;
  } catch (error) {
    if (error instanceof RangeError) return null; // nested too deep to be read here; the server has its own limit
    return error instanceof Departs ? misplaced(error.first, text) : unread(error.message, text);
  }
}

function misplaced({ token, message }, text) {
  const expected = /^Expecting --> (.+?) <--/.exec(message)?.[1] ?? "";
  if (!Number.isFinite(token.startOffset)) return { at: text.trimEnd().length, end: true, expected };
  return { at: token.startOffset, kind: expected ? "expected" : "unexpected", found: token.image, expected };
}

/** What the lexer, or a rule beyond the grammar, complains of in words only. */
function unread(message, text) {
  const offset = /at offset: (\d+)/.exec(message);
  if (offset) {
    const at = Number(offset[1]);
    return { at, kind: "character", found: /^(\p{L}[\p{L}\p{N}_-]*|.)/su.exec(text.slice(at))?.[0] ?? "" };
  }
  const name = /(?:\(\?|^Variable )(\w+)(?:\)| used)/.exec(message)?.[1];
  const last = name && [...text.matchAll(new RegExp(String.raw`[?$]${name}\b`, "g"))].at(-1);
  const first = /[^\s]+/.exec(text.replace(/#[^\n]*|<[^>]*>/g, (skipped) => " ".repeat(skipped.length)));
  const [found] = last || first || [""];
  return { at: (last || first)?.index ?? 0, kind: "beyond", found, said: message.split("\n")[0] };
}
