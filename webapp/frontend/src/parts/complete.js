// Completion from the data: what fits the place, the most used first. The words of the base come from one document,
// fetched when they are first needed; labels are put in as text.

import { autocompletion } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import { follows, nodes } from "./syntax.js";

const TYPED = /[?$@\p{L}\p{N}_:.-]*/u;
const ASK_AFTER = 3;
const OUTSIDE = "SELECT DISTINCT WHERE FROM CONSTRUCT ASK DESCRIBE PREFIX ORDER GROUP BY DESC LIMIT OFFSET HAVING AS COUNT VALUES";
const PATTERNS = "OPTIONAL FILTER UNION MINUS BIND VALUES GRAPH EXISTS NOT SELECT";
const FUNCTIONS =
  "EXISTS NOT IN AS DISTINCT BOUND STR LANG LANGMATCHES DATATYPE IRI CONTAINS STRSTARTS STRENDS STRLEN SUBSTR UCASE LCASE " +
  "REPLACE REGEX CONCAT YEAR MONTH DAY ABS ROUND IF COALESCE SAMETERM ISIRI ISLITERAL COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT";

const weight = (count) => Math.min(Math.round(Math.log2(count + 1) * 4), 60);
const keywords = (list) => list.split(" ").map((word) => ({ label: word, type: "keyword", boost: -30 }));

/** Options for things of the base: found by name and by label, shown as both. */
function named({ name, label, note, count }, boost = weight(count ?? 0)) {
  const option = { label: `${name} ${label}`.trim(), displayLabel: name, detail: label, apply: name, boost };
  if (note) option.info = () => Object.assign(document.createElement("span"), { textContent: note });
  return option;
}

/** A vocabulary, arranged for looking things up. */
export function arranged(data) {
  return {
    ...data,
    predicate: new Map(data.predicates.map((each) => [each.name, each])),
    things: data.things.map((each) => ({ ...each, option: named(each, 0) })),
  };
}

/** `vocabulary()` promises an arranged vocabulary; `more(words)` promises things that it leaves out. */
export function complete({ vocabulary, more }) {
  const source = async (context) => {
    const typed = context.matchBefore(TYPED)?.text ?? "";
    if (!typed && !context.explicit) return null;
    const from = context.pos - typed.length;
    const here = follows(context.state.sliceDoc(0, from));
    if (!here) return null;
    const options = typed[0] === "?" || typed[0] === "$" ? [] : await fitting(here, typed, { vocabulary, more });
    return { from, options: [...options, ...variables(context.state, from, here)], validFor: TYPED };
  };
  return autocompletion({ override: [source], icons: false, maxRenderedOptions: 60, activateOnTypingDelay: 120 });
}

async function fitting(here, typed, { vocabulary, more }) {
  const base = await vocabulary();
  const things = (kinds) => pick(base, kinds, typed, more);
  switch (here.place) {
    case "prefix":
      return Object.entries(base.prefixes).map(([name, iri]) => ({ label: `${name}: <${iri}>`, type: "namespace" }));
    case "outside":
      return keywords(OUTSIDE);
    case "subject":
      return [...keywords(PATTERNS), ...(await things(null))];
    case "predicate":
      return predicates(base, here);
    case "object":
      return objects(base, here, things);
    case "values":
      return [...base.classes.map((each) => named(each)), ...(await things(null))];
    case "expression":
      return [...keywords(FUNCTIONS), ...(await things(null))];
    default:
      return keywords(PATTERNS);
  }
}

/** The predicates, those first that the subject's classes have. */
function predicates(base, { classes }) {
  const own = new Set(classes.flatMap((name) => base.uses[name] ?? []));
  const likely = (each) => weight(each.count) + (own.has(each.name) ? 35 : 0);
  return [{ label: "a", detail: base.predicate.get("rdf:type")?.label ?? "", boost: 99 }]
    .concat(base.predicates.map((each) => named(each, each.name === "rdf:type" ? 0 : likely(each))));
}

/** After `a` the classes; after another predicate what usually stands there. */
async function objects(base, { predicate }, things) {
  if (predicate === "a" || predicate === "rdf:type") return base.classes.map((each) => named(each));
  const known = base.predicate.get(predicate);
  if (!known) return things(null);
  const usual = (known.objects ?? []).map((each) => named(each, 20 + weight(each.count) / 2));
  return known.objects ? usual : known.kinds.length ? things(known.kinds) : [];
}

async function pick(base, kinds, typed, more) {
  const fits = ({ kind }) => !kinds || kinds.includes(kind);
  const found = base.things.filter(fits).map(({ option }) => option);
  if (base.whole || typed.length < ASK_AFTER) return found;
  const known = new Set(found.map(({ apply }) => apply));
  const others = (await more(typed)).filter((each) => fits(each) && !known.has(each.name));
  return [...found, ...others.map((each) => named(each, 0))];
}

function variables(state, from, { place }) {
  if (place === "prefix") return [];
  const others = nodes(syntaxTree(state)).filter((node) => node.name === "Var" && node.from !== from);
  const names = new Set(others.map((node) => state.sliceDoc(node.from, node.to)));
  return [...names].map((label) => ({ label, type: "variable", boost: 10 }));
}
