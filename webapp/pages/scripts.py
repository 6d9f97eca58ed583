"""The scripts of the pages: which were built, and the words that they say.

Every page works without them. Those with dependencies are there only where `make` could build them; the manifest that
the build leaves says so. Scripts hold no words of their own: a page hands them over, in the language of the request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, url_for

import kb
from webapp.words.catalogue import Words

BUILT = "built"
"""The folder of built scripts, below the folder of everything that is sent as it is."""
EDITOR_WORDS: Mapping[str, tuple[str, ...]] = {
    "character": ("found",),
    "end": (),
    "expected-end": ("expected",),
    "keys": (),
    "open": ("found",),
    "place": ("line", "column", "message"),
    "prefix": ("found",),
    "beyond": ("said",),
    "service": (),
    "unexpected": ("found",),
    "expected": ("found", "expected"),
    "update": ("found",),
}
"""What the editor says, as `editor.<name>` in the catalogues, and what it puts in."""
PHRASES = ("Completions", "Control character", "Diagnostics", "No diagnostics")
"""Words of the editor's library that a reader may hear."""


def register_scripts(app: Flask) -> None:
    """Give templates the addresses of built scripts: `built("editor")`, empty where it was not built."""
    names = built_scripts(Path(app.root_path) / "static")
    app.jinja_env.globals["built"] = lambda name: (
        url_for("static", filename=f"{BUILT}/{name}.js") if name in names else ""
    )


def built_scripts(folder: Path) -> frozenset[str]:
    """The names of the scripts that were built, such as `editor`.

    Args:
        folder: of what is sent as it is.

    Raises:
        InputError: the manifest that the build left cannot be read.
    """
    manifest = folder / BUILT / "manifest.json"
    if not manifest.is_file():
        return frozenset()
    try:
        files = json.loads(manifest.read_text("utf-8"))["files"]
        return frozenset(name.removesuffix(".js") for name in files if not name.startswith("chunk-"))
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise kb.InputError(
            "the list of built scripts cannot be read", source=str(manifest), help="remove its folder, and run make"
        ) from error


def editor_words(words: Words) -> str:
    """What the editor says, as JSON: sentences with `{name}` where it puts something in."""
    said: dict[str, object] = {
        name: words.text(f"editor.{name}", **{place: f"{{{place}}}" for place in places})
        for name, places in EDITOR_WORDS.items()
    }
    phrases = {phrase: words.text("editor.phrase-" + phrase.lower().replace(" ", "-")) for phrase in PHRASES}
    return json.dumps({**said, "phrases": phrases}, ensure_ascii=False)
