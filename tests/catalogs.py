"""Keeps the gettext catalogs level with the texts in code and templates.

``python -m tests.catalogs [LANGUAGE ...]`` updates them; with ``--check`` it changes nothing, lists every fault and exits
1 if there is any.
"""

from __future__ import annotations

import copy
import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from hub import ROOT
from hub.i18n import CATALOGS, LANGUAGES

METHODS = [
    ("hub/**.py", "python"),
    ("templates/**.html", "jinja2.ext:babel_extract"),
    ("templates/**.xml", "jinja2.ext:babel_extract"),
]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "_n": (1, 2), "pgettext": ((1, "c"), 2),
            "_pl": ((1, "c"), 2),
            "lazy_gettext": None, "npgettext": ((1, "c"), 2, 3)}  # fmt: skip
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def extracted() -> Catalog:
    """Every text of the project, as a catalog without translations."""
    catalog = Catalog(project="WhatsOn hub", fuzzy=False)
    found = extract_from_dir(
        ROOT, METHODS, {"templates/**": {"silent": "false"}}, KEYWORDS, ("Translators:",),
        directory_filter=lambda path: Path(path).name not in {".venv", "node_modules", ".git", "var", "tests", "bench"},
    )  # fmt: skip
    for path, line, text, comments, context in found:
        catalog.add(text, None, [(path, line)], auto_comments=comments, context=context)
    return catalog


def path_of(language: str) -> Path:
    """Where a language's catalog is kept."""
    return CATALOGS / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalog of a language as it is kept; an empty one where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def written(catalog: Catalog) -> bytes:
    """The bytes of a catalog's file: sorted, with places but without dates, so that only texts make a difference."""
    file = io.BytesIO()
    write_po(
        file,
        catalog,
        width=110,
        sort_output=True,
        include_lineno=False,
        ignore_obsolete=True,
        omit_header=False,
    )
    text = file.getvalue().decode()
    unwanted = r'^"(POT-Creation-Date|PO-Revision-Date|Project-Id|Report-Msgid|Last-Translator|Language-Team|Generated-By).*\n'
    return re.sub(unwanted, "", text, flags=re.MULTILINE).encode()


def update(languages: Iterable[str] = LANGUAGES) -> None:
    """Bring catalogs in line with the texts; new texts come empty, gone ones go."""
    template = extracted()
    for language in languages:
        catalog = read(language)
        catalog.update(copy.deepcopy(template), no_fuzzy_matching=True)
        catalog.fuzzy = False
        catalog.header_comment = f"# WhatsOn hub in {LANGUAGES[language]}"
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        if language == "en":
            for message in catalog:
                if message.id:
                    message.string = message.id
        path_of(language).write_bytes(written(catalog))


def faults() -> Iterator[str]:
    """Describe everything that is wrong with any catalog."""
    wanted = {
        (message.id if isinstance(message.id, str) else message.id[0], message.context)
        for message in extracted()
        if message.id
    }
    for language in LANGUAGES:
        catalog = read(language)
        held = {(m.id if isinstance(m.id, str) else m.id[0], m.context): m for m in catalog if m.id}
        yield from (f"{language}: missing: {text!r}" for text, _ in sorted(wanted - held.keys(), key=str))
        yield from (
            f"{language}: no longer used: {text!r}" for text, _ in sorted(held.keys() - wanted, key=str)
        )
        for message in held.values():
            yield from (
                f"{language}: {fault}: {message.id!r}" for fault in _faults_of(message, catalog.num_plurals)
            )


def _faults_of(message: Message, plurals: int) -> Iterator[str]:
    sources = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    if message.fuzzy:
        yield "marked fuzzy"
    if not all(texts):
        yield "not translated"
        return
    if message.pluralizable and len(texts) != plurals:
        yield f"has {len(texts)} plural forms, needs {plurals}"
    wanted = set(PLACEHOLDER.findall(" ".join(sources)))
    for text in texts:
        found = set(PLACEHOLDER.findall(text))
        if found - wanted or wanted - found - {"num", "count"}:
            yield f"placeholders {sorted(found)} instead of {sorted(wanted)}"
        if len(re.findall(r"%(?!\(\w+\)[sd]|%)", text)):
            yield "a stray percent sign"


def main() -> None:
    """Update the catalogs, or check them."""
    if "--check" not in sys.argv:
        update([word for word in sys.argv[1:] if word in LANGUAGES] or LANGUAGES)
    found = list(faults())
    for fault in found:
        print(fault)
    print(f"{len(list(extracted())) - 1} texts, {len(found)} faults")
    sys.exit(bool(found) and "--check" in sys.argv)


if __name__ == "__main__":
    main()
