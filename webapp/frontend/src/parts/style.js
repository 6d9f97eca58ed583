// Colours are the page's own, so that both colour schemes come from one stylesheet.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { styleTags, tags } from "@lezer/highlight";
import { SparqlLanguage } from "codemirror-lang-sparql";

/** The language, with a colour for prefixed names too. */
export const language = SparqlLanguage.configure({
  props: [styleTags({ "Pname_ln Pname_ns IriRef": tags.namespace, A_predicate: tags.keyword, Langtag: tags.annotation })],
});

export const highlight = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.keyword, tags.bool], color: "var(--code-keyword)", fontWeight: "600" },
    { tag: tags.variableName, color: "var(--warn)" },
    { tag: [tags.string, tags.annotation], color: "var(--good)" },
    { tag: [tags.integer, tags.float], color: "var(--plain)" },
    { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--link)" },
    { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  ]),
);

const mistake = { textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "0.2em", backgroundImage: "none" };

export const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "inherit" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto", maxHeight: "60vh" },
  ".cm-content": { minHeight: "9em", padding: "0.5rem 0", caretColor: "var(--ink)" },
  ".cm-gutters": {
    minHeight: "9em !important",
    color: "var(--soft)",
    backgroundColor: "var(--paper)",
    borderRight: "1px solid var(--line)",
  },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.5rem 0 0.4rem" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--mark)", color: "inherit" },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-ground)" },
  ".cm-lintRange-error": mistake,
  ".cm-lintPoint:after": { borderBottomColor: "var(--bad)" },
  ".cm-tooltip": {
    color: "var(--ink)",
    backgroundColor: "var(--paper)",
    border: "1px solid var(--soft)",
    borderRadius: "0.25rem",
    maxWidth: "min(44rem, 94vw)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "14em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.15rem 0.5rem", overflowX: "hidden" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--on-accent)", background: "var(--accent)" },
  ".cm-completionDetail": {
    fontFamily: "var(--sans)",
    fontStyle: "normal",
    color: "var(--soft)",
    marginLeft: "0.8em",
    unicodeBidi: "isolate",
  },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionInfo": { fontFamily: "var(--sans)", padding: "0.4rem 0.6rem", maxWidth: "min(22rem, 90vw)" },
  ".cm-diagnostic": { fontFamily: "var(--sans)", padding: "0.3rem 0.6rem" },
  ".cm-diagnostic-error": { borderLeft: "0.3rem solid var(--bad)" },
});
