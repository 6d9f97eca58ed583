// What the editor's own grammar finds in a text, also in one that is unfinished or has mistakes.

import { SparqlLanguage } from "codemirror-lang-sparql";

const UPDATES = new Set(["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"]);
const LITERAL = new Set(["Comment", "String", "IriRef", "Pname_ln"]); // a bracket inside is an ordinary character
const CLOSES = { "(": ")", "{": "}", "[": "]" };
const OPENS = /^(["'<])(?!.*\1)/s; // the start of a string or an IRI that is not closed
const NEAR = 200; // characters before a word in which such a start counts

// The place of a word, by the innermost of these nodes around it; ENDS is for a word that the grammar does not expect.
const PLACES = {
  PrefixDecl: "prefix", SolutionModifier: "outside", DataBlockValue: "values",
  DescribeQuery: "subject", GraphGraphPattern: "subject",
  TriplesSameSubject: "subject", TriplesSameSubjectPath: "subject",
  Verb: "predicate", VerbPath: "predicate", VerbSimple: "predicate", Object: "object", ObjectPath: "object",
  Filter: "expression", PrimaryExpression: "expression",
};
const ENDS = {
  SelectClause: "outside", SolutionModifier: "outside", SubSelect: "outside",
  Bind: "expression", Expression: "expression", Filter: "expression",
  ConstructTemplate: "end", GroupGraphPattern: "end",
};

function read(text) {
  return { tree: SparqlLanguage.parser.parse(text), textOf: (node) => (node ? text.slice(node.from, node.to) : "") };
}

/** The nodes of a tree in the order of the text; with `from` and `to` only those that touch this range. */
export function nodes(tree, from, to) {
  const found = [];
  tree.iterate({ from, to, enter: ({ node }) => void found.push(node) });
  return found;
}

/**
 * What the server will refuse: `found`, the undeclared prefixes, SERVICE and updates. Also `used`, all prefixes of the
 * text, and `open`, the position of the last bracket that is never closed.
 */
export function refusals(text, known) {
  const { tree, textOf } = read(text);
  const declared = new Set(known);
  const used = new Set();
  const found = [];
  for (const node of nodes(tree)) {
    const refuse = (key, named) => found.push({ from: node.from, to: node.to, key, named });
    if (node.name === "Pname_ns" || node.name === "Pname_ln") {
      const [prefix] = textOf(node).split(":", 1);
      used.add(prefix);
      if (node.parent.name === "PrefixDecl") declared.add(prefix);
      else if (!declared.has(prefix)) refuse("prefix", `${prefix}:`);
    } else if (node.name === "SERVICE") refuse("service", textOf(node));
    else if (UPDATES.has(node.name)) refuse("update", textOf(node));
  }
  return { found, used, open: openBracket(text, tree) };
}

function openBracket(text, tree) {
  const open = [];
  for (const { 0: sign, index } of text.matchAll(/[(){}[\]]/g)) {
    if (LITERAL.has(tree.resolveInner(index, 1).name)) continue;
    if (sign in CLOSES) open.push(index);
    else if (open.length && CLOSES[text[open.at(-1)]] === sign) open.pop();
  }
  return open.at(-1);
}

/**
 * What may follow a text: `place` is one of outside, prefix, subject, predicate, object, end, expression, values; for a
 * predicate with the `classes` of its subject, for an object with its `predicate`. Null in a comment, string or IRI.
 */
export function follows(before) {
  const { tree, textOf } = read(`${before}:`); // an empty name fits wherever a thing or a prefix does
  const word = tree.resolveInner(before.length + 1, -1);
  const errors = nodes(tree, before.length - NEAR, before.length).filter(({ type }) => type.isError);
  if (word.name === "Comment" || errors.some((node) => OPENS.test(textOf(node)))) return null;
  const misfit = errors.find(({ from }) => from >= before.trimEnd().length);
  const places = misfit ? ENDS : PLACES;
  let node = misfit ?? word;
  while (node && !(node.name in places)) node = node.parent;
  const place = places[node?.name] ?? "outside";
  if (place === "predicate") return { place, classes: classes(tree, textOf, textOf(subject(node))) };
  if (place === "object") return { place, predicate: lastStep(textOf(verbBefore(node.parent))) };
  return { place };
}

const isVerb = ({ name }) => PLACES[name] === "predicate";
const subject = (verb) => verb.parent.parent.firstChild;
const verbBefore = (node) => (!node || isVerb(node) ? node : verbBefore(node.prevSibling));

/** The last predicate of a path; undefined where the path ends with alternatives or with an inverse. */
const lastStep = (path) => /(?:^|\/)\s*([^\s/|^()!*+?]+)[*+?]?$/.exec(path)?.[1];

/** The classes that the text gives to a subject. */
const classes = (tree, textOf, owner) =>
  nodes(tree)
    .filter((node) => isVerb(node) && ["a", "rdf:type"].includes(textOf(node)) && textOf(subject(node)) === owner)
    .flatMap((verb) => textOf(verb.nextSibling).split(/[\s,]+/));
