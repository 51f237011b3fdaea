"""A model from a Hugging Face folder: ``config.json``, one safetensors file or shards of it, tokenizer and template."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, FileFormatError
from engine.io import strict_json
from engine.io.huggingface_config import TernaryForm, read_config, ternary_form, token_ids
from engine.io.tensors import MappedTensors, TensorFile
from engine.models.transformer_config import TransformerConfig
from engine.ops.ternary.ternary2 import Ternary2

Array = NDArray[Any]

_SINGLE = "model.safetensors"
_INDEX = "model.safetensors.index.json"
_PREFIXES = ("model.", "model.language_model.", "language_model.model.", "")
_OUTSIDE = {"embed.weight": "embed_tokens.weight", "norm_f.weight": "norm.weight"}
_HEADS = ("lm_head.weight", "language_model.lm_head.weight")
_PARTS = {
    "norm1": ("input_layernorm",), "norm2": ("post_attention_layernorm",),
    "attention.q_proj": ("self_attn.q_proj",), "attention.k_proj": ("self_attn.k_proj",),
    "attention.v_proj": ("self_attn.v_proj",), "attention.o_proj": ("self_attn.o_proj",),
    "attention.q_norm": ("self_attn.q_norm",), "attention.k_norm": ("self_attn.k_norm",),
    "attention.sub_norm": ("self_attn.attn_sub_norm", "self_attn.inner_attn_ln"),
    "mlp.gate_proj": ("mlp.gate_proj",), "mlp.up_proj": ("mlp.up_proj",), "mlp.down_proj": ("mlp.down_proj",),
    "mlp.sub_norm": ("mlp.ffn_sub_norm", "mlp.ffn_layernorm"),
}  # fmt: skip
_GEMMA_NORMS = {
    "norm2": "pre_feedforward_layernorm", "post_norm1": "post_attention_layernorm",
    "post_norm2": "post_feedforward_layernorm",
}  # fmt: skip
_IGNORED = ("vision_tower.", "model.vision_tower.", "multi_modal_projector.", "model.multi_modal_projector.")
_IGNORED_ENDS = ("rotary_emb.inv_freq", ".weight_scale")
_CODES_A_BYTE = 4


class FolderTensors(Mapping[str, Array]):
    """All tensors of a folder by the names in its files, whichever shard holds them; see `MappedTensors`."""

    def __init__(self, folder: Path) -> None:
        if (folder / _INDEX).exists():
            index, _ = strict_json.read_object(folder / _INDEX)
            self._home = _shards(folder, index)
        elif (folder / _SINGLE).exists():
            tensors = TensorFile.open(folder / _SINGLE).tensors
            self._home = dict.fromkeys(tensors, tensors)
        else:
            raise FileFormatError(
                "{path} holds neither {single} nor {index}; a model folder needs one of them.",
                path=folder,
                single=_SINGLE,
                index=_INDEX,
            )
        self.infos = {name: home.infos[name] for name, home in self._home.items()}

    def __getitem__(self, name: str) -> Array:
        return self._home[name][name]

    def __contains__(self, name: object) -> bool:
        return name in self._home

    def __iter__(self) -> Iterator[str]:
        return iter(self._home)

    def __len__(self) -> int:
        return len(self._home)


class HuggingFaceTensors(Mapping[str, Array | Ternary2]):
    """The tensors of a Hugging Face folder by our names: float32 arrays, or `Ternary2` where they are ternary."""

    def __init__(self, stored: FolderTensors, config: TransformerConfig, ternary: TernaryForm | None) -> None:
        self._stored, self._config, self._form = stored, config, ternary
        self._prefix = next((p for p in _PREFIXES if f"{p}embed_tokens.weight" in stored), _PREFIXES[0])
        self._specs = config.tensor_specs()
        found = {name: self._find(name) for name in self._specs}
        self._names = {name: place for name, place in found.items() if place is not None}
        self.infos = {name: stored.infos[place] for name, place in self._names.items()}

    def __getitem__(self, name: str) -> Array | Ternary2:
        place = self._names[name]
        tensor = self._stored[place]
        if self._config.family == "gemma3" and "norm" in name:
            return tensor + np.float32(1)
        if self._form is None or not self._specs[name].ternary:
            return tensor
        if self._form == "online" or tensor.dtype != np.uint8:
            return Ternary2.from_float(tensor)
        scale = float(self._stored[place + "_scale"].reshape(-1)[0])
        return Ternary2.from_codes(_unpacked(tensor), 1 / scale if self._form == "divided" else scale)

    def unknown(self) -> list[str]:
        """Tensors that the config gives no use for: parts of a model that is not computed here."""
        used = {*self._names.values(), *_HEADS}
        return [
            name
            for name in self._stored
            if name not in used and not name.startswith(_IGNORED) and not name.endswith(_IGNORED_ENDS)
        ]

    def _find(self, name: str) -> str | None:
        """Where the folder keeps the tensor of that name of ours."""
        if name == "lm_head.weight":
            return next((head for head in _HEADS if head in self._stored), None)
        if name in _OUTSIDE:
            places = [self._prefix + _OUTSIDE[name]]
        else:
            _, layer, rest = name.split(".", 2)
            part, _, kind = rest.rpartition(".")
            parts = (_GEMMA_NORMS[part],) if self._config.post_norms and part in _GEMMA_NORMS else _PARTS[part]
            places = [f"{self._prefix}layers.{layer}.{place}.{kind}" for place in parts]
        return next((place for place in places if place in self._stored), None)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def open_folder(folder: Path) -> tuple[TransformerConfig, HuggingFaceTensors, str | None]:
    """The config, tensors and ``tokenizer.json`` of a folder.

    Raises `FileFormatError` or `ConfigError`, naming the file, for whatever cannot be used.
    """
    data, _ = strict_json.read_object(folder / "config.json")
    try:
        config = _completed(read_config(data), folder)
        form = ternary_form(data)
    except ConfigError as error:
        raise ConfigError("{path} cannot run: {error}", path=folder, error=error) from error
    stored = FolderTensors(folder)
    if not config.tied_head and not any(head in stored for head in _HEADS):
        config = dataclasses.replace(config, tied_head=True)
    place = folder / "tokenizer.json"
    tokenizer = strict_json.read_text(place) if place.exists() else None
    if tokenizer is not None:
        config = dataclasses.replace(config, bos_id=_first_token(tokenizer, str(place)))
    return config, HuggingFaceTensors(stored, config, form), tokenizer


def _completed(config: TransformerConfig, folder: Path) -> TransformerConfig:
    """With what the other files of the folder say: end tokens, chat template, name."""
    generation = _optional(folder / "generation_config.json")
    tokenizer = _optional(folder / "tokenizer_config.json")
    template = tokenizer.get("chat_template")
    if isinstance(template, list):  # several, by name
        named = {t.get("name"): t.get("template") for t in template if isinstance(t, dict)}
        template = named.get("default")
    if (folder / "chat_template.jinja").exists():
        template = strict_json.read_text(folder / "chat_template.jinja")
    ends = (*token_ids(generation.get("eos_token_id")), *config.end_ids)
    return dataclasses.replace(
        config,
        end_ids=tuple(dict.fromkeys(ends)),
        chat_template=template if isinstance(template, str) else None,
        name=folder.name,
    )


def _optional(path: Path) -> dict[str, Any]:
    return strict_json.read_object(path)[0] if path.exists() else {}


def _first_token(tokenizer: str, where: str) -> int | None:
    """The token that the tokenizer puts before every text, or None."""
    processor = strict_json.parse_object(tokenizer, where).get("post_processor")
    steps = processor.get("processors", [processor]) if isinstance(processor, dict) else []
    for step in steps:
        if isinstance(step, dict) and step.get("type") == "TemplateProcessing":
            first = (step.get("single") or [{}])[0]
            token = first.get("SpecialToken", {}).get("id") if isinstance(first, dict) else None
            ids = step.get("special_tokens", {}).get(token, {}).get("ids") or [None]
            return ids[0] if type(ids[0]) is int else None
    return None


def _shards(folder: Path, index: Mapping[str, Any]) -> dict[str, MappedTensors]:
    """For each tensor the file that holds it."""
    table = index.get("weight_map")
    if not isinstance(table, dict) or not table or not all(isinstance(file, str) for file in table.values()):
        raise FileFormatError("{path} lists no tensors; the file is damaged.", path=folder / _INDEX)
    strange = next((file for file in table.values() if Path(file).name != file or "\\" in file), None)
    if strange is not None:
        raise FileFormatError(
            "{path} names the file {file!r}, which is not beside it; the file is damaged.",
            path=folder / _INDEX,
            file=strange[:80],
        )
    files = {file: TensorFile.open(folder / file).tensors for file in sorted(set(table.values()))}
    missing = next((name for name, file in table.items() if name not in files[file]), None)
    if missing is not None:
        raise FileFormatError(
            "{path} lacks the tensor {name!r}, which the index places there; copy the folder again.",
            path=folder / table[missing],
            name=missing[:80],
        )
    return {name: files[file] for name, file in table.items()}


def _unpacked(packed: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Ternary codes (4 R, columns) of bytes (R, columns): the pairs of bits of a byte are rows that lie R apart."""
    parts = [(packed >> np.uint8(2 * part)) & np.uint8(3) for part in range(_CODES_A_BYTE)]
    return np.concatenate(parts).astype(np.int8) - np.int8(1)
