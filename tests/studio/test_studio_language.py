"""English and Japanese, whole, and switched while the program runs."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import translations
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from studio_person import Person

from engine.errors import Message, SoulMismatchError
from engine.io.soul import Soul, new_meta, save_soul
from engine.sleep.report import judge
from studio import translation
from studio.protocol import LoadSoul
from studio.session import Busy
from studio.widgets import wording

FILE = translations.FOLDER / "ja.ts"
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


pytestmark = pytest.mark.usefixtures("english_again")


def test_no_text_is_missing_and_none_is_left_over() -> None:
    done = {key for key, text in translations.read(FILE).items() if text}
    wanted = translations.texts()
    assert wanted - done == set(), "run packaging/translations.py and translate what it lists"
    assert done - wanted == set(), "run packaging/translations.py"
    assert len(wanted) > 300


def test_what_runs_and_what_a_night_was_about_are_said_in_japanese(host: Person) -> None:
    host.say("My dog is called Bramble.")
    host.through(host.window.verbs.sleep, Busy.DREAMING)
    assert "messages slept on: 1" in host.lab.soul.chosen_note.text()
    page = host.window.lab
    host.settings.set("language", "ja")
    host.wait(lambda: host.window.lab is not page)
    lab = host.window.lab
    assert "睡眠で学習したメッセージ：1" in lab.soul.chosen_note.text()
    for shown in (lab.body.facts.value("実行"), host.window.footer.runtime.toolTip()):
        assert "計算します" in shown
        assert "processor" not in shown


def test_what_is_filled_in_is_the_same_in_both_languages() -> None:
    for (context, source), text in translations.read(FILE).items():
        assert set(re.findall(r"{[^}]+}", source)) == set(re.findall(r"{[^}]+}", text)), (context, source)
        assert source.endswith("…") == text.endswith("…"), (context, source)


def test_the_file_is_as_the_tool_writes_it(tmp_path: Path) -> None:
    known = translations.read(FILE)
    translations.write(tmp_path / "ja.ts", "ja", known)
    assert (tmp_path / "ja.ts").read_text(encoding="utf-8") == FILE.read_text(encoding="utf-8")


def test_the_tool_finds_every_kind_of_text(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "class A:\n  def f(self):\n    self.tr('one' ' two')\n    g(self.tr('three').format(n=1))\n"
        "def _tr(t):\n  return Q.translate('M', t)\n_tr('four')\nx = QT_TRANSLATE_NOOP('S', 'five')\n"
        "from engine.errors import ConfigError, Message\nraise ConfigError('{n} six', n=1)\ny = Message('seven')\n",
        encoding="utf-8",
    )
    assert translations.texts(tmp_path) == {
        ("A", "one two"),
        ("A", "three"),
        ("M", "four"),
        ("S", "five"),
        ("Engine", "{n} six"),
        ("Engine", "seven"),
    }


def test_what_the_engine_says_is_said_in_the_language_of_the_window() -> None:
    told = Message("{name} has {has} layers and this model has {needs}; load it with its own model.",
                name=Message("The soul {name!r}", name="Luna"), has=2, needs=3)  # fmt: skip
    assert told == "The soul 'Luna' has 2 layers and this model has 3; load it with its own model."
    assert str(SoulMismatchError(told)) == told
    assert SoulMismatchError(told).message is told
    translation.apply("en")
    assert translation.sentence(told) == told
    translation.apply("ja")
    assert (
        translation.sentence(told)
        == "ソウル 'Luna'は 2 層ですが、このモデルは 3 層です。元のモデルで読み込んでください。"
    )
    assert translation.sentence(Message("Unheard of: {what}.", what="{braces}")) == "Unheard of: {braces}."
    assert translation.sentence("Plain text.") == SoulMismatchError("Plain text.").message == "Plain text."


def test_a_file_that_is_no_soul_is_refused_in_japanese(host: Person, models: Path, tmp_path: Path) -> None:
    host.settings.set("language", "ja")
    host.wait(lambda: host.window.header.tabs.part(1).text() == "チャット")
    (tmp_path / "empty.soul").touch()
    for path, said in ((tmp_path / "empty.soul", "空です"), (models / "tiny.bitt", "ソウルではなく")):
        host.window.verbs.start(host.session.call(LoadSoul(path=path)))
        notice = host.notice()
        assert f"{path} は" in notice.words.plain
        assert said in notice.words.plain
        notice.reject()
    save_soul(tmp_path / "other.soul", Soul([np.zeros((2, 4, 4), np.float32)], new_meta("b" * 64)))
    host.window.verbs.start(host.session.call(LoadSoul(path=tmp_path / "other.soul")))
    assert "元のモデルで読み込んでください" in host.notice().words.plain


def test_a_refused_night_says_why_in_japanese(host: Person) -> None:
    host.settings.set("language", "ja")
    host.wait(lambda: host.window.header.tabs.part(1).text() == "チャット")
    host.chat, host.lab = host.window.chat, host.window.lab
    host.say("My dog is called Bramble.")
    with pytest.MonkeyPatch.context() as strict:
        strict.setattr("engine.sleep.consolidation.judge", lambda before, after, limit, layers: judge(
            replace(before, heldout_loss=1.0), replace(after, heldout_loss=2.0), limit, layers))  # fmt: skip
        host.through(host.window.verbs.sleep, Busy.DREAMING)
    assert "ふだんの会話の損失が 100.0% 増え" in host.lab.night.note.plain
    assert "引き続き睡眠を待ちます" in host.lab.night.note.plain


def test_numbers_days_and_durations_are_spoken_too() -> None:
    translation.apply("ja")
    assert JAPANESE.search(wording.duration(130))
    assert JAPANESE.search(wording.ago(70))
    translation.apply("en")
    assert wording.duration(130) == "2 min 10 s"


def test_qts_own_menus_are_translated() -> None:
    translation.apply("ja")
    assert JAPANESE.search(QCoreApplication.translate("QWidgetTextControl", "&Copy"))


@pytest.mark.parametrize("content", [None, b"", b"no translation"])
def test_without_its_file_the_window_speaks_english_and_says_why(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "ja.qm").write_bytes(content)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(translation, "resource_path", lambda name: tmp_path)
        assert "ja.qm" in translation.apply("ja")
        assert not JAPANESE.search(QCoreApplication.translate("Notice", "Close") + wording.duration(130))
    assert translation.apply("ja") == ""
    assert JAPANESE.search(QCoreApplication.translate("Notice", "Close"))


def test_a_wish_that_cannot_be_met_is_told_and_the_window_stays(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translation, "resource_path", lambda name: tmp_path)
    person.settings.set("language", "ja")
    assert "ja.qm" in person.notice().words.plain
    assert person.window.header.tabs.part(1).text() == "Chat"


def test_the_build_compiles_every_sentence(tmp_path: Path) -> None:
    shutil.copy(FILE, tmp_path / "ja.ts")
    assert not translations.is_compiled(tmp_path)
    assert translations.compile_all(tmp_path) is None
    assert translations.is_compiled(tmp_path)
    translator = QTranslator()
    assert translator.load(str(tmp_path / "ja.qm"))
    for (context, source), text in translations.read(FILE).items():
        assert translator.translate(context, source) == text
    (tmp_path / "ja.ts").write_text("<TS><context>", encoding="utf-8")
    assert "ja.ts" in (translations.compile_all(tmp_path) or "")
    assert translator.load(str(tmp_path / "ja.qm")), "what was compiled before is still there"


def switch(person: Person, language: str) -> None:
    page = person.window.settings_page
    person.settings.set("language", language)
    person.wait(lambda: person.window.settings_page is not page)


def shown_texts(root: QWidget) -> list[str]:
    found = [label.text() for label in root.findChildren(QLabel)]
    return found + [control.text() for control in root.findChildren(QAbstractButton)]


def test_the_language_changes_at_once_and_nothing_is_lost(host: Person, models: Path) -> None:
    host.say("My dog is called Bramble.")
    reply = host.chat.model.message(-1)
    host.type("a draft")
    host.window.show_tab(2)
    host.click(host.window.settings_page.editors["language"].segment.part(2))
    host.wait(lambda: host.window.header.tabs.part(1).text() == "チャット")
    window = host.window
    host.chat, host.lab = window.chat, window.lab
    assert window.pages.currentWidget() is window.settings_page
    assert window.chat.composer.draft.toPlainText() == "a draft"
    assert window.chat.model.message(-1) is reply
    assert JAPANESE.search(window.footer.state.text())
    left = {text for text in shown_texts(window.centralWidget()) if re.search(r"[A-Za-z]{4,}", text)}
    known = {"Bit-Llama", "Studio", "tiny", "native", "torch", "English", "Fingerprint", "Bramble"}
    for text in left:
        rest = re.sub("|".join(known), "", text)
        if not JAPANESE.search(text) and re.fullmatch(r"[A-Z][a-z]+( [a-z]+)+\.?", rest.strip()):
            assert text in {m.text() for m in window.chat.welcome.suggestions}, text
    window.chat.composer.draft.clear()
    host.say("And on.")
    assert host.chat.model.rowCount() == 4
    switch(host, "en")
    assert host.window.header.tabs.part(1).text() == "Chat"


def test_the_language_can_change_while_a_reply_comes(host: Person) -> None:
    host.settings.set("max_reply", 4096)
    host.begin_reply("Tell me everything.")
    switch(host, "ja")
    host.chat = host.window.chat
    host.session.stop()
    host.wait_idle()
    message = host.chat.model.message(-1)
    assert message.ending in ("callback", "length"), "the page that is shown now heard of the end"
    assert host.chat.transcript.row_widget(1).text.toPlainText()
    assert host.chat.composer.send_button.isVisible()
    switch(host, "en")
    for _ in range(3):
        switch(host, "ja")
        switch(host, "en")
    host.settings.set("temperature", 0.5)
    host.settings.set("theme", "light")
    assert host.window.chat.model.rowCount() == 2


def test_the_language_survives_a_restart(person: Person, sit_down: object) -> None:
    switch(person, "ja")
    again = sit_down()  # type: ignore[operator]
    assert again.window.header.tabs.part(2).text() == "設定"
