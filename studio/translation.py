"""The language of the window: Qt's translation files, read as they are and switched while the program runs."""

from __future__ import annotations

import functools
import xml.etree.ElementTree as ET

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from engine.errors import FileFormatError, Message
from engine.resources import resource_path

LANGUAGES = ("en", "ja")
"""English is the language of the program text; every other one has a file in ``resources/translations``."""

_installed: list[QTranslator] = []


class Catalogue(QTranslator):
    """The texts of one ``.ts`` file. A text is found by what it says; its context decides where two say the same."""

    def __init__(self, texts: dict[tuple[str, str], str]) -> None:
        super().__init__()
        self._texts = texts
        self._any = {source: text for (_, source), text in texts.items()}

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        return self._texts.get((context, source)) or self._any.get(source)

    def isEmpty(self) -> bool:
        return not self._texts


@functools.cache
def texts(language: str) -> dict[tuple[str, str], str]:
    """The finished translations of a language by context and English text; none for English.

    Raises `FileFormatError` where the file is missing or damaged.
    """
    if language == "en":
        return {}
    path = resource_path(f"translations/{language}.ts")
    found = {}
    try:
        for context in ET.parse(path).getroot().iter("context"):
            for message in context.iter("message"):
                translation = message.find("translation")
                if translation is not None and translation.text and translation.get("type") != "unfinished":
                    found[context.findtext("name", ""), message.findtext("source", "")] = translation.text
    except (OSError, ET.ParseError) as error:
        raise FileFormatError(
            "{path} cannot be read ({error}); install the program again.", path=path, error=error
        ) from error
    return found


def sentence(text: str) -> str:
    """What the engine says, in the language of the window where that is known there; else as it is, in English."""
    if not isinstance(text, Message):
        return text
    template = QCoreApplication.translate("Engine", text.template)
    return template.format(**{name: sentence(v) if isinstance(v, str) else v for name, v in text.values.items()})


def resolve(choice: str) -> str:
    """The language for the setting ``auto`` (the system's, where it is one of ours) or one of `LANGUAGES`."""
    if choice in LANGUAGES:
        return choice
    system = QLocale.system().name().partition("_")[0]
    return system if system in LANGUAGES else "en"


def apply(choice: str) -> None:
    """Have all texts made from now on in a language; what is shown already has to be made anew.

    Raises `FileFormatError` as `texts`; then the language stays as it was.
    """
    language = resolve(choice)
    catalogue = Catalogue(texts(language))
    for former in _installed:
        QCoreApplication.removeTranslator(former)
    _installed.clear()
    own = QTranslator()  # of Qt's own menus and dialogs
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if language != "en" and own.load(f"qtbase_{language}", folder):
        _installed.append(own)
    if not catalogue.isEmpty():
        _installed.append(catalogue)
    for translator in _installed:
        QCoreApplication.installTranslator(translator)
    system = QLocale.system()
    QLocale.setDefault(system if system.name().startswith(language) else QLocale(language))
