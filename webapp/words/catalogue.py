"""The words of the pages, in every language of the site: all are in `webapp/catalogues`, one file for each language.

The files are gettext catalogues, because translators have tools for them. A message is asked for by a short key,
`t("claim.states")`, so that English is one language among others and its words can be changed without touching a
template. To add a sentence: a key in `en.po`, the same key in every other catalogue, `t("key")` in a template, or the
key as it is in Python if a template says it later (`t(row.label)`).

A message is plain text: no HTML, and `{name}` where something is put in. What is put in is escaped, unless it is
Markup, so a link or a stressed word in the middle of a sentence is made by the template and put in. Numbers are
written as the language writes them. A message that depends on a number takes it as `n` and has a form for each case
that the language tells apart (CLDR's plural rules): two in English, one in Korean.

Some words do not belong to the pages, and are in English where they are used: the heads of saved queries, the sentences
about a status. A catalogue translates them under the English text itself, in the context `text`; what it does not
have is shown in English, and marked so.

Catalogues that do not fit one another are an error when the program starts; words that are in none, when they are
asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.lists import format_list
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal
from markupsafe import Markup, escape

import kb

LANGUAGES: Mapping[str, str] = {"en": "en_GB", "ko": "ko"}
"""Language tags of the site, the first of which is spoken where nothing else is asked for, and Babel's locales."""
FIRST = next(iter(LANGUAGES))
FOLDER = Path(__file__).resolve().parent.parent / "catalogues"
TEXT = "text"
"""The context of messages that are called by their English text."""
CASES = ("zero", "one", "two", "few", "many", "other")
PLACE = re.compile(r"\{([a-z]+)\}")
"""Where a message takes a value."""


class MissingWordsError(kb.KbError, KeyError):
    """A key that no catalogue has, or a message that was not given what it speaks of."""


@dataclass(frozen=True)
class Words:
    """The words of one language.

    Attributes:
        language: its tag, as HTML and HTTP write it.
        locale: how numbers, months and lists are written.
        messages: key to the forms of the message, in the order of `cases`; one form where no number matters.
        texts: English text to the same in this language.
    """

    language: str
    locale: Locale
    messages: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return str(self.locale.get_language_name(self.language))

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases of numbers that the language tells apart, in the order of the catalogue."""
        return tuple(case for case in CASES if case == "other" or case in self.locale.plural_form.tags)

    def __call__(self, key: str, /, **values: object) -> Markup:
        """A message for a page.

        Args:
            values: for the places of the message; `n` is the number that it depends on.

        Raises:
            MissingWordsError: no such key, or a value is missing.
        """
        form = self._form(key, values.get("n"))
        given = {place: self._said(key, place, values) for place in PLACE.findall(form)}
        return Markup(PLACE.sub(lambda match: given[match[1]], escape(form)))

    def text(self, key: str, /, **values: str | int) -> str:
        """The same as plain text, for what is not escaped yet."""
        form = self._form(key, values.get("n"))
        for place in PLACE.findall(form):
            self._said(key, place, values)
        return PLACE.sub(lambda match: self._plain(values[match[1]]), form)

    def translated(self, english: str) -> tuple[str, str]:
        """A text that is written in English elsewhere, and its language: the one that is spoken, else English."""
        found = self.texts.get(english)
        return (english, FIRST) if found is None else (found, self.language)

    def number(self, value: float) -> str:
        """A number as it is written: `1,234`."""
        return str(format_decimal(value, locale=self.locale))

    def month(self, number: int) -> str:
        """The name of a month, from 1."""
        return str(self.locale.months["format"]["wide"][number])

    def language_name(self, tag: str) -> str:
        """What a language is called; its tag where no name is known."""
        return str(self.locale.languages.get(tag.replace("-", "_"), tag))

    def listed(self, parts: Iterable[str]) -> Markup:
        """Several things in one sentence of a page: `a, b and c`."""
        return Markup(format_list([escape(part) for part in parts], locale=self.locale))

    def listed_text(self, parts: Iterable[str]) -> str:
        """The same as plain text, for what is not escaped yet."""
        return format_list(list(parts), locale=self.locale)

    def _form(self, key: str, number: object) -> str:
        forms = self.messages.get(key)
        if forms is None:
            raise MissingWordsError(
                f"no words are called {key!r} in {self.language}", help=f"add them to each of {FOLDER.name}/"
            )
        if len(forms) == 1:
            return forms[0]
        if not isinstance(number, int):
            raise MissingWordsError(f"the words {key!r} depend on a number", help="give it as n=")
        return forms[self.cases.index(self.locale.plural_form(number))]

    def _said(self, key: str, place: str, values: Mapping[str, object]) -> Markup:
        if place not in values:
            raise MissingWordsError(f"the words {key!r} need {place!r}", help=f"give it as {place}=")
        value = values[place]
        return escape(self._plain(value) if isinstance(value, int) else value)

    def _plain(self, value: str | int) -> str:
        return self.number(value) if isinstance(value, int) else value


def read_words(folder: Path = FOLDER) -> Mapping[str, Words]:
    """Every catalogue, by language.

    Raises:
        InputError: one is missing or malformed, or they do not fit one another.
    """
    found = {language: read_catalogue(folder / f"{language}.po", language) for language in LANGUAGES}
    for words in found.values():
        _compare(found[FIRST], words)
    return found


def read_catalogue(path: Path, language: str) -> Words:
    """The words of one catalogue.

    Raises:
        InputError: it is missing or malformed, or a message has not every form that its language needs.
    """
    locale = Locale.parse(LANGUAGES[language])
    try:
        catalogue = read_po(BytesIO(path.read_bytes()), locale=locale, abort_invalid=True)
    except (OSError, PoFileError, UnicodeDecodeError) as error:
        raise kb.InputError(f"these words cannot be read: {error}", source=path.name) from error
    ready = [message for message in catalogue if message.id and not message.fuzzy]
    messages = {
        str(message.id[0] if message.pluralizable else message.id): _forms(message.string)
        for message in ready
        if message.context != TEXT
    }
    texts = {str(message.id): str(message.string) for message in ready if message.context == TEXT}
    words = Words(language, locale, messages, texts)
    for key, forms in messages.items():
        if not all(forms) or len(forms) not in (1, len(words.cases)):
            raise kb.InputError(f"the words {key!r} have not every form of {words.cases}", source=path.name)
    for english, text in texts.items():
        if not text or places([text]) != places([english]):
            raise kb.InputError(f"the text {english!r} is not put into words with its places", source=path.name)
    return words


def _forms(string: str | Iterable[str] | None) -> tuple[str, ...]:
    return (string or "",) if string is None or isinstance(string, str) else tuple(string)


def _compare(first: Words, other: Words) -> None:
    """Raise an InputError where two catalogues have not the same keys, or a message has other places."""
    source = f"{other.language}.po"
    for key in sorted(first.messages.keys() ^ other.messages.keys()):
        where = first if key in other.messages else other
        raise kb.InputError(f"the words {key!r} are not in {where.language}.po", source=source, help="add them")
    for key, forms in first.messages.items():
        if places(forms) != places(other.messages[key]):
            raise kb.InputError(f"the words {key!r} do not put in what {first.language}.po puts in", source=source)


def places(forms: Iterable[str]) -> set[str]:
    """What a message puts in, but for the number, which some forms say in a word."""
    return {place for form in forms for place in PLACE.findall(form)} - {"n"}
