// An editor over each <textarea data-editor>. The textarea stays in its form and always holds the text, so the form
// is sent as it is without script. The editor lives in a shadow root: there its styles are constructed stylesheets,
// which a strict `style-src` allows. All its words come from the textarea's `data-words`.

import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { forEachDiagnostic, nextDiagnostic } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { check, saidByServer } from "./parts/check.js";
import { arranged, complete } from "./parts/complete.js";
import { highlight, language, theme } from "./parts/style.js";

const NOTHING = { prefixes: {}, classes: [], predicates: [], uses: {}, things: [], whole: true };

/** The document at an address, fetched once; a failure is forgotten, so that the next look tries again. */
function once(address) {
  let promise = null;
  return () => {
    promise ??= fetch(address, { headers: { Accept: "application/json" } })
      .then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(reply.statusText))))
      .then(arranged)
      .catch(() => {
        promise = null;
        return arranged(NOTHING);
      });
    return promise;
  };
}

/** Things whose name or label has these words in it, from a base too large to be sent whole. */
const lookUp = (address) => async (typed) => {
  const where = new URL(address, document.baseURI);
  where.searchParams.set("like", typed);
  const reply = await fetch(where, { headers: { Accept: "application/json" } }).catch(() => null);
  return reply?.ok ? (await reply.json()).things : [];
};

const filled = (words) => (key, values) =>
  words[key].replace(/\{([a-z]+)\}/g, (whole, name) => String(values[name] ?? whole));

function mount(textarea) {
  const words = JSON.parse(textarea.dataset.words);
  const say = filled(words);
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  const name = label?.textContent.trim() ?? "";
  const vocabulary = once(textarea.dataset.completion);
  const told = mistakeLine(textarea);
  const start = EditorState.create({ doc: textarea.value });
  const { line, column, message } = textarea.dataset;
  const said = message ? saidByServer(start, { line: Number(line), column: Number(column), message }) : null;
  const { host, shadow } = room(textarea);

  const run = () => (textarea.form.requestSubmit(), true);
  const state = EditorState.create({
    doc: textarea.value,
    extensions: [
      Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
      lineNumbers(),
      highlightSpecialChars(),
      history(),
      bracketMatching(),
      closeBrackets(),
      language,
      highlight,
      theme,
      EditorView.lineWrapping,
      EditorView.domEventHandlers({ beforeinput: typeOver }),
      EditorState.phrases.of(words.phrases),
      EditorView.contentAttributes.of({ "aria-label": name, "aria-description": words.keys, spellcheck: "false", tabindex: "0" }),
      complete({ vocabulary, more: lookUp(textarea.dataset.completion) }),
      check({ say, said, known: async () => (await vocabulary()).prefixes }),
      keymap.of([
        ...closeBracketsKeymap,
        ...completionKeymap,
        { key: "F8", run: nextDiagnostic },
        ...historyKeymap,
        ...defaultKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) textarea.value = update.state.doc.toString();
        if (update.transactions.length) tell(update.state, told, say);
      }),
    ],
  });
  const view = new EditorView({ state, parent: shadow, root: shadow });

  hide(textarea, label, host, view);
  measure(host, view);
  textarea.addEventListener("factcite:text", () => replace(view, textarea.value));
  window.addEventListener("pageshow", () => replace(view, textarea.value));
}

/**
 * Typing over several lines. A browser that does it itself leaves an inline style in the lines, which the page's policy
 * refuses aloud; so it is done here, in the way of the library's own input.
 */
function typeOver(event, view) {
  if (event.inputType !== "insertText" || !event.data || view.composing) return false;
  const [from, to] = selected(view);
  if (view.state.doc.lineAt(from).to >= to) return false;
  const typed = { changes: { from, to, insert: event.data }, selection: { anchor: from + event.data.length } };
  const insert = () => view.state.update(typed, { userEvent: "input.type", scrollIntoView: true });
  const handled = view.state.facet(EditorView.inputHandler).some((each) => each(view, from, to, event.data, insert));
  if (!handled) view.dispatch(insert());
  event.preventDefault();
  return true;
}

/** What is selected on the page, which the editor may not have heard of yet. */
function selected(view) {
  const { from, to } = view.state.selection.main;
  const found = (view.root.getSelection ? view.root : document).getSelection();
  if (!found?.anchorNode || !view.contentDOM.contains(found.anchorNode)) return [from, to];
  const ends = [
    view.posAtDOM(found.anchorNode, found.anchorOffset),
    view.posAtDOM(found.focusNode, found.focusOffset),
  ];
  return ends.sort((one, other) => one - other);
}

/** Where the editor lives: an element with a shadow root, right before the textarea. */
function room(textarea) {
  const host = document.createElement("div");
  host.className = "code";
  textarea.before(host);
  return { host, shadow: host.attachShadow({ mode: "open", delegatesFocus: true }) };
}

/** The textarea gives its place, its name and its focus to the editor, and goes on carrying the text. */
function hide(textarea, label, host, view) {
  host.id = textarea.id;
  textarea.id = `${host.id}-text`;
  textarea.hidden = true;
  label?.removeAttribute("for");
  label?.addEventListener("click", () => view.focus());
  if (document.activeElement === textarea) view.focus();
}

/** CodeMirror measures only what is in the window. Without this, line numbers of an editor below it do not line up. */
function measure(host, view) {
  host.style.transform = `translateY(${-host.getBoundingClientRect().top}px)`;
  view.coordsAtPos(0);
  host.removeAttribute("style");
}

function replace(view, text) {
  const { doc } = view.state;
  if (doc.toString() !== text) view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
}

/** The line below the editor that says the first mistake, for eyes and ears alike. */
function mistakeLine(textarea) {
  const line = document.createElement("p");
  line.className = "mistake";
  line.setAttribute("role", "status");
  textarea.after(line);
  return line;
}

function tell(state, told, say) {
  let first = null;
  forEachDiagnostic(state, (diagnostic, from) => {
    if (!first || from < first.from) first = { from, message: diagnostic.message };
  });
  const text = first ? where(state, first, say) : "";
  if (told.textContent !== text) told.textContent = text;
}

function where(state, { from, message }, say) {
  const line = state.doc.lineAt(from);
  const column = [...state.sliceDoc(line.from, from)].length + 1;
  return say("place", { line: line.number, column, message });
}

for (const textarea of document.querySelectorAll("textarea[data-editor]")) mount(textarea);
