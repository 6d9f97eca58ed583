"""Where the folders of a knowledge base are: in a checkout, in a user's own base, or in an installed wheel.

A home is a folder with `corpus/`, `shapes/` and `kb/` in it. In an installed wheel the first two lie under the
package, because a wheel has no top level of its own. Nothing is created here and no environment is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from kb.errors import HomeError

PACKAGE = Path(__file__).resolve().parent
_DATA = ("corpus", "kb", "kb/claims")
"""Folders of data files, relative to the base."""
_SETTINGS = ("corpus/floors.toml", "waivers.toml")


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one knowledge base.

    Attributes:
        root: the folder that file names in reports are relative to.
        corpus: article records, and `texts/` with a reader's own copies.
        shapes: what may be said.
        kb: claims, entities, questions, vocabulary and queries.
    """

    root: Path
    corpus: Path
    shapes: Path
    kb: Path

    @property
    def texts(self) -> Path:
        """A reader's own copies of the articles; ignored by git."""
        return self.corpus / "texts"

    @property
    def queries(self) -> Path:
        """One saved query in each file."""
        return self.kb / "queries"

    def record_files(self) -> tuple[Path, ...]:
        """Every article record, in the order of their names."""
        return _in(self.corpus, ".ttl")

    def claims_files(self) -> tuple[Path, ...]:
        """Every file of claims and citations, in the order of their names."""
        return _in(self.kb / "claims", ".ttl")

    def data_files(self) -> tuple[Path, ...]:
        """Every Turtle file of the base, shapes apart, in the order of their names."""
        return tuple(sorted((*self.record_files(), *_in(self.kb, ".ttl"), *self.claims_files()), key=self.name))

    def shape_files(self) -> tuple[Path, ...]:
        """Every shapes file, in the order of their names."""
        return _in(self.shapes, ".ttl")

    def question_files(self) -> tuple[Path, ...]:
        """Every saved query, in the order of their names."""
        return _in(self.queries, ".rq")

    def name(self, path: Path) -> str:
        """The name of a file in reports and graph IRIs: its folder and what follows, with forward slashes."""
        for top, folder in (("corpus", self.corpus), ("shapes", self.shapes), ("kb", self.kb)):
            if path.is_relative_to(folder):
                return "/".join((top, *path.relative_to(folder).parts))
        return path.as_posix()

    def path(self, name: str) -> Path:
        """The file that `name` names; the inverse of `name`."""
        top, _, rest = name.partition("/")
        folder = {"corpus": self.corpus, "shapes": self.shapes, "kb": self.kb}.get(top)
        return folder / rest if folder is not None else Path(name)

    def reads_data(self, name: str) -> bool:
        """Whether a file of this name, relative to the base, is one of the data files."""
        return _is_turtle_in(_DATA, name)

    def reads(self, name: str) -> bool:
        """Whether a check reads a file of this name: data, shapes, or settings."""
        return name in _SETTINGS or _is_turtle_in((*_DATA, "shapes"), name)

    def missing_folders(self) -> Iterator[Path]:
        """The folders that are missing."""
        return (folder for folder in (self.corpus, self.shapes, self.kb) if not folder.is_dir())


def _is_turtle_in(folders: tuple[str, ...], name: str) -> bool:
    path = PurePosixPath(name)
    return path.parent.as_posix() in folders and _is_listed(path, ".ttl")


def _is_listed(path: PurePath, ending: str) -> bool:
    """Whether a file has the ending and is not hidden, as the locks of an editor are."""
    return path.name.endswith(ending) and not path.name.startswith(".")


def _in(folder: Path, ending: str) -> tuple[Path, ...]:
    """The files of a folder with an ending; hidden ones, such as the locks of an editor, are left alone.

    Raises:
        HomeError: the folder is there and cannot be read: what is in it would be missing without a word.
    """
    try:
        found = [path for path in folder.iterdir() if _is_listed(path, ending)]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise HomeError(f"cannot be listed: {error.strerror}", source=str(folder)) from error
    return tuple(sorted(found, key=lambda path: path.stem))


def find_home(folder: Path | str | None = None) -> Home:
    """The home at `folder`; without one, the base that came with the program.

    Raises:
        HomeError: a folder of the base is missing; names it, and the command that makes a base.
    """
    home = _shipped() if folder is None else _at(Path(folder))
    missing = tuple(home.missing_folders())
    if missing:
        raise HomeError(
            f"no knowledge base here: the folder {missing[0].name}/ is missing",
            source=str(home.root),
            help="give the folder that holds corpus/, kb/ and shapes/ with --home, or make one with: kb init DIR",
        )
    return home


def _at(root: Path) -> Home:
    return Home(root, root / "corpus", root / "shapes", root / "kb")


def _shipped() -> Home:
    data = PACKAGE / "_data"
    if data.is_dir():
        return Home(PACKAGE, data / "corpus", data / "shapes", PACKAGE)
    return _at(PACKAGE.parent)
