"""Chatting with a transformer: what stands in its context, what leaves it, and what is read again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import reference_gguf
import reference_transformers
import smollm2

from engine.cli import main
from engine.errors import ConfigError, SoulMismatchError
from engine.io.gguf import GGUFFile
from engine.io.inspect import inspect_path
from engine.io.model_file import load_weights, open_model
from engine.io.soul import Soul, new_meta, save_soul
from engine.llama import Llama
from engine.runtime.select import create_runtime
from engine.runtime.torch_transformer import TorchTransformer
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage

GREEDY = SamplingParams(temperature=0)
VOCAB = 261


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny") / "tiny.gguf"
    reference_gguf.write(reference_transformers.make("llama3", vocab_size=VOCAB), "llama", path, tokens=VOCAB)
    return path


def small(path: Path, context: int) -> Llama:
    """The model with room for so many tokens."""
    weights = open_model(path)
    return Llama(weights, TorchTransformer(weights, "cpu", context=context))


def said(llama: Llama) -> str:
    """What stands in the context."""
    return llama.tokenizer.decode(llama.runtime.state.tokens, special=True)


def test_a_conversation_is_read_once(gguf_file: Path) -> None:
    llama = Llama.load_auto(gguf_file, "cpu")
    first = llama.stream_chat([ChatMessage("user", "hello")], 5, GREEDY)
    second = llama.stream_chat([ChatMessage("user", "again")], 5, GREEDY)
    assert first.prompt_tokens == second.prompt_tokens == len("<hello><")
    text = said(llama)
    assert text.startswith("<|2|>hello<|0|><|3|>" + first.text)
    assert "<|0|><|2|>again<|0|><|3|>" + second.text in text
    assert text.endswith("<|0|>")


def test_what_was_read_piece_by_piece_is_what_the_whole_would_be(gguf_file: Path) -> None:
    llama, other = (Llama.load_auto(gguf_file, "cpu") for _ in range(2))
    for text in ("one", "two"):
        llama.stream_chat([ChatMessage("user", text)], 4, GREEDY)
    ids = list(llama.runtime.state.tokens)
    mine, theirs = llama.runtime.step(ids[0]), other.runtime.prefill([*ids, ids[0]])
    np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-4)


def test_the_oldest_exchanges_leave_a_full_context_and_the_system_prompt_stays(gguf_file: Path) -> None:
    llama = small(gguf_file, 120)
    messages = [ChatMessage("system", "be kind")]
    for number in range(12):
        llama.stream_chat([*messages, ChatMessage("user", f"message {number:02}")], 8, GREEDY)
        messages = []
        assert llama.context.used <= 120
        assert said(llama).startswith("<|4|>be kind<|0|><|2|>message ")
        assert f"message {number:02}" in said(llama)
    assert llama.context.dropped > 5
    assert "message 00" not in said(llama)
    assert said(llama).count("<|2|>") == 12 - llama.context.dropped
    llama.new_conversation()
    assert llama.context.used == llama.context.dropped == 0


def test_what_begins_as_before_is_not_read_again(gguf_file: Path) -> None:
    llama = small(gguf_file, 120)
    first = [ChatMessage("system", "x" * 40), ChatMessage("user", "a")]
    llama.stream_chat(first, 8, GREEDY)
    while not llama.context.dropped:
        done = llama.stream_chat([ChatMessage("user", "b" * 10)], 8, GREEDY)
    assert done.prompt_tokens < llama.context.used - 40


def test_a_message_that_fits_in_no_way_is_refused_and_nothing_has_happened(gguf_file: Path) -> None:
    llama = small(gguf_file, 60)
    llama.stream_chat([ChatMessage("user", "hello")], 5, GREEDY)
    before = said(llama)
    with pytest.raises(ConfigError, match="60"):
        llama.stream_chat([ChatMessage("user", "x" * 80)], 5, GREEDY)
    assert said(llama) == before
    assert llama.stream_chat([ChatMessage("user", "again")], 5, GREEDY).tokens > 0
    with pytest.raises(ConfigError, match="60"):
        llama.stream_completion("y" * 80, 5)


def test_going_back_by_a_snapshot(gguf_file: Path) -> None:
    llama = small(gguf_file, 70)
    llama.stream_chat([ChatMessage("user", "hello")], 5, GREEDY)
    mark = llama.snapshot()
    once = [llama.stream_chat([ChatMessage("user", f"say {i}")], 5, GREEDY).ids for i in range(6)]
    assert llama.context.dropped
    llama.restore(mark)
    assert llama.context.dropped == 0
    assert [llama.stream_chat([ChatMessage("user", f"say {i}")], 5, GREEDY).ids for i in range(6)] == once


def test_beams_leave_the_state_as_greedy_would(gguf_file: Path) -> None:
    llama = Llama.load_auto(gguf_file, "cpu")
    done = llama.stream_chat([ChatMessage("user", "hello")], 12, SamplingParams(temperature=0, beams=3))
    ids = llama.tokenizer.encode("hello")
    assert llama.runtime.state.tokens[1 : 1 + len(ids)] == ids
    assert [i for i in done.ids if i < 256] == [i for i in llama.runtime.state.tokens[len(ids) + 3 :] if i < 256]


def test_stop_while_the_message_is_read_leaves_no_trace(gguf_file: Path) -> None:
    llama = Llama.load_auto(gguf_file, "cpu")
    llama.stream_chat([ChatMessage("user", "hello")], 5, GREEDY)
    before = said(llama)
    done = llama.stream_chat([ChatMessage("user", "again")], 5, GREEDY, cancel=lambda: True)
    assert (done.stopped, done.prompt_tokens, said(llama)) == ("callback", 0, before)


def test_it_has_no_soul_and_says_so(gguf_file: Path, tmp_path: Path) -> None:
    llama = Llama.load_auto(gguf_file, "cpu")
    assert not llama.learns
    with pytest.raises(ConfigError, match="memory"):
        llama.soul()
    with pytest.raises(ConfigError, match="transformer"):
        load_weights(gguf_file)


def test_a_soul_of_another_model_is_refused(gguf_file: Path, tmp_path: Path) -> None:
    soul = Soul([np.zeros((4, 4), np.float32)], new_meta("0" * 64, 1))
    save_soul(tmp_path / "one.soul", soul)
    with pytest.raises(SoulMismatchError, match="memory"):
        Llama.load_auto(gguf_file, "cpu").load_soul(tmp_path / "one.soul")


def test_inspect_tells_what_it_is(gguf_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(gguf_file), "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert (card["family"], card["licence"], card["kinds"], card["chat_template"]) == (
        "llama",
        "mit",
        {"F32": 30},
        True,
    )
    assert card["memory_float_bytes"] > 4 * card["parameters"]
    assert inspect_path(gguf_file).ok


def test_inspect_tells_what_is_wrong(gguf_file: Path, tmp_path: Path) -> None:
    data = bytearray(gguf_file.read_bytes())
    start = GGUFFile(gguf_file).infos["blk.1.ffn_up.weight"].start
    data[start + 8 : start + 12] = np.float32("nan").tobytes()
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(data)
    assert any("NaN" in problem for problem in inspect_path(broken).problems)


def test_evaluate_gives_the_perplexity_of_a_text(
    gguf_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("some words of a text " * 5)
    assert main(["evaluate", str(gguf_file), "--text", str(text), "--context", "32", "--device", "cpu"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["tokens"] == 105
    assert found["scored"] == 105 - 4
    assert found["perplexity"] == pytest.approx(np.exp(found["loss"]))


def test_smollm2_knows_the_capital_of_france() -> None:
    weights = open_model(smollm2.path())
    llama = Llama(weights, create_runtime(weights, "cpu", "torch"))
    done = llama.stream_chat([ChatMessage("user", "What is the capital of France?")], 20, GREEDY)
    assert done.text == "The capital of France is Paris."
    assert done.stopped == "end"
