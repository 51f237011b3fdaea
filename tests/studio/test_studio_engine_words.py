"""What the engine says to a person before the window: every sentence knows its parts, and is said in Japanese, too."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny
from studio_person import Person

import engine.errors
import studio
from engine import native
from engine.cli import main
from engine.errors import BitLlamaError, FileFormatError, Message
from engine.io.bitt import save_bitt
from engine.runtime.select import create_runtime
from studio import translation
from studio.training import TrainingState

pytestmark = pytest.mark.usefixtures("english_again")

ENGINE = Path(engine.errors.__file__).parent
STUDIO = Path(studio.__file__).parent
ERRORS = {
    name for name, kind in vars(engine.errors).items() if isinstance(kind, type) and issubclass(kind, BitLlamaError)
} | {"DataError", "TrainingError", "_Fault", "EngineFailure"}

OUT_OF_REACH = (
    "cli", "native", "ops/delta_rule", "ops/quantized_embedding", "ops/ternary/triton.py", "cortex_rust.py",
    "train/args.py", "train/distributed.py", "train/evaluate.py",
    "train/rendezvous.py", "train/shard_files.py", "train/shard_storage.py", "train/sharding.py",
    "train/stepwise.py", "studio/self_test.py",
)  # fmt: skip
"""Only a command line, a benchmark or a script of one's own comes there."""
REACHED = ("cli/export.py",)

BY_SCRIPTS_ALONE = {
    "llama.py": ["max_tokens"],
    "session/blend.py": ["The share"],
    "session/active_soul.py": ["The dial"],
    "session/migration.py": ["A step"],
    "session/consolidation.py": ["decide is"],
    "sleep/settings.py": [
        "There is no sleep setting",
        "There is no way",
        "replies is",
        "The sleep rate",
        "{",
        "learning_rate is",
        "seed is",
    ],
    "session/timeline.py": ["{"],
    "models/bitllama.py": ["A frozen model", "forward needs", "Token "],
    "ops/ternary/matrix.py": ["Ternary codes"],
    "runtime/checks.py": ["Token "],
    "runtime/select.py": ["There is no runtime"],
    "runtime/soul_gradient.py": ["A learning rate"],
    "text/sampling.py": ["{", "seed is", "Logits"],
    "text/stopping.py": ["A stop sequence"],
    "text/chat_message.py": ["The role"],
    "train/corpus.py": ["No corpus"],
    "train/prepare.py": ["val_fraction"],
    "train/tokenizer.py": ["The tokenizer kind"],
    "cli/export.py": ["--float", "{"],
}
"""Beginnings of sentences about what the window never passes on."""


def raised() -> Iterator[tuple[str, ast.expr]]:
    """Each sentence that is raised where the window may come: its module, and what it is made of."""
    for path in sorted([*ENGINE.rglob("*.py"), *STUDIO.rglob("*.py")]):
        name = path.relative_to(ENGINE if ENGINE in path.parents else STUDIO.parent).as_posix()
        if name not in REACHED and any(name == out or name.startswith(f"{out}/") for out in OUT_OF_REACH):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                called = node.exc.func
                if getattr(called, "id", getattr(called, "attr", "")) in ERRORS:
                    yield name, node.exc.args[0]


def begins(sentence: ast.expr) -> str:
    """How a sentence that was put together begins, "{" for something filled in; "" for one that knows its parts."""
    first = sentence.values[0] if isinstance(sentence, ast.JoinedStr) else None
    if isinstance(first, ast.FormattedValue):
        return "{"
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def test_every_sentence_that_can_reach_the_window_knows_its_parts() -> None:
    plain = [
        f"{name}:{sentence.lineno}: {begins(sentence)}"
        for name, sentence in raised()
        if (begin := begins(sentence)) and not any(begin.startswith(known) for known in BY_SCRIPTS_ALONE.get(name, ()))
    ]
    assert plain == [], "give the error the values by name, so that it can be said in Japanese"
    assert sum(isinstance(sentence, ast.Constant) for _, sentence in raised()) > 150


def test_a_sentence_survives_the_way_between_two_processes() -> None:
    told = Message("{path} holds {n:,} of {inner}.", path=Path("a b"), n=1234, inner=Message("the {what!r}", what="x"))
    again = Message.from_json(told.to_json())
    assert again == told == "a b holds 1,234 of the 'x'."
    assert isinstance(again.values["inner"], Message)
    for line in ("", "[]", "3", '["a", 3]', "[" * 9999):
        with pytest.raises(ValueError, match="no sentence"):
            Message.from_json(line)


def test_an_error_stands_for_its_sentence() -> None:
    inner = FileFormatError("{file} is missing.", file="a")
    assert Message("{error} Stop.", error=inner).values["error"].template == "{file} is missing."
    assert type(Message("{error}", error=OSError("torn")).values["error"]) is str


@pytest.fixture
def japanese(person: Person) -> Person:
    """Someone before a window in Japanese."""
    page = person.window.lab
    person.settings.set("language", "ja")
    person.wait(lambda: person.window.lab is not page)
    return person


def test_a_file_that_is_no_model_is_told_of_in_japanese(japanese: Person, tmp_path: Path) -> None:
    path = tmp_path / "a.bitt"
    save_bitt(path, tiny.body(), packed=True)
    whole = path.read_bytes()
    for spoiled, said in (
        (whole[:100], "続くのは 88 バイトです"),
        (whole[:12] + b"[" + whole[13:], "正しい JSON ではありません"),
        (b"BITS" + whole[4:], "先頭が 'BITT' ではなく b'BITS'"),
        (whole[:-40], "途中で切れているか、壊れています"),
    ):
        path.write_bytes(spoiled)
        japanese.window.verbs.open_model(path)
        notice = japanese.notice()
        assert said in notice.words.plain
        assert "damaged" not in notice.words.plain
        notice.close()
        japanese.wait(lambda: not japanese.notices())


def test_a_text_that_cannot_be_learned_is_told_of_in_the_language_of_the_window(
    japanese: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = japanese
    talks = tmp_path / "talks.jsonl"
    good = {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]}
    talks.write_text(json.dumps(good) + '\n{"messages": [{"role": "user"}]}\n', encoding="utf-8")
    trainer, train = person.session.training, person.window.lab.train
    train.verbs.take(talks)
    person.wait(lambda: trainer.draft.problem)
    person.wait(lambda: trainer.state is TrainingState.NOTHING)
    assert "Line 2" not in train.problem.text()
    assert "1 番目のメッセージに文章がありません" in train.problem.text()
    person.settings.set("language", "en")
    person.wait(lambda: person.window.lab.train.title.text() == "Train a model")
    assert main(["prepare", str(talks), "--out", str(tmp_path / "data")]) == 1
    assert "told:" not in capsys.readouterr().err, "in a shell it is said once"


def test_who_computes_and_why_is_said_in_japanese_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reasons come in two parts, of what computes and of what does not, and both are sentences of their own."""
    why = Message("{file} was built from other sources: install the package again", file="lib.so")
    monkeypatch.setattr(native, "why_not", lambda: why)
    reason = create_runtime(tiny.body()).reason
    assert reason.endswith(why)
    translation.apply("ja")
    said = translation.sentence(reason)
    assert "lib.so は別のソースからビルドされています" in said
    assert "ネイティブライブラリではなく torch を使います" in said
    assert "since" not in said
