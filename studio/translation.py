"""The language of the window: Qt's compiled translations (``.qm``), switched while the program runs.

The build compiles ``resources/translations/*.ts`` to ``.qm`` beside them (`packaging/translations.py`). A language
whose file is missing is shown in English, and `bit-llama doctor` says so.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from engine.errors import BitLlamaError, Message
from engine.resources import resource_path

LANGUAGES = ("en", "ja")
"""English is the language of the program text; every other one has a file in ``resources/translations``."""

_installed: list[QTranslator] = []


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


def apply(choice: str) -> str:
    """Have all texts made from now on in a language; what is shown already has to be made anew.

    Returns why the language is English after all, as a sentence; empty where it is the one that was asked for.
    """
    language, problem = resolve(choice), ""
    own, qt = QTranslator(), QTranslator()
    if language != "en" and not own.load(f"{language}.qm", _folder()):
        problem = Message(
            "The translation {language}.qm is missing or damaged, so the window speaks English; install the program "
            "again.",
            language=language,
        )
        language = "en"
    for former in _installed:
        QCoreApplication.removeTranslator(former)
    _installed.clear()
    if language != "en":
        qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))  # Qt's own menus
        _installed.extend(translator for translator in (qt, own) if not translator.isEmpty())
    for translator in _installed:
        QCoreApplication.installTranslator(translator)
    system = QLocale.system()
    QLocale.setDefault(system if system.name().startswith(language) else QLocale(language))
    return problem


def _folder() -> str:
    try:
        return str(resource_path("translations"))
    except BitLlamaError:
        return ""
