// Skeleton: replaced by the editor.
import { EditorView } from "@codemirror/view";

export { EditorView };
