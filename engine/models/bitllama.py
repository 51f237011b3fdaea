"""`BitLlama`: embedding, blocks of a TTT layer and a SwiGLU, final norm, head."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from engine.errors import ConfigError, DeviceError, Message
from engine.io.model_file import ModelWeights, load_weights
from engine.io.tensors import TensorFile
from engine.io.weights import as_float
from engine.layers.bit_linear import BitLinear
from engine.layers.head import Head
from engine.layers.mlp import SwiGLU
from engine.layers.norm import RMSNorm
from engine.layers.ttt import LayerState, TTTLayer
from engine.models.config import BitLlamaConfig
from engine.ops.quantized_embedding.int8 import QuantizedEmbedding
from engine.ops.ternary.matrix import TernaryMatrix


def pick_device(device: str | torch.device = "auto") -> torch.device:
    """The device of that name; ``auto`` takes CUDA, then MPS, then the CPU.

    Raises `DeviceError` in words where this machine or this torch does not have it.
    """
    if str(device) == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        wanted = torch.device(device)
    except RuntimeError as error:
        raise DeviceError("There is no device called {device!r}; use auto, cpu, cuda or mps.", device=device) from error
    if wanted.type == "cuda" and not torch.cuda.is_available():
        built = torch.version.cuda is not None
        why = Message("no CUDA card was found") if built else Message("this torch was built without CUDA")
        raise DeviceError(
            "Device {device!r} cannot be used: {why}. Use device 'cpu' or 'auto'.", device=device, why=why
        )
    if wanted.type == "cuda" and (wanted.index or 0) >= torch.cuda.device_count():
        raise DeviceError(
            "Device {device!r} does not exist: there are {count} CUDA cards.",
            device=device,
            count=torch.cuda.device_count(),
        )
    if wanted.type == "mps" and not torch.backends.mps.is_available():
        raise DeviceError(
            "Device {device!r} cannot be used: this machine has no Metal. Use device 'cpu' or 'auto'.", device=device
        )
    if wanted.type not in ("cpu", "cuda", "mps", "meta"):
        raise DeviceError(
            "Device {device!r} is not one that BitLlama runs on; use auto, cpu, cuda or mps.", device=device
        )
    return wanted


def _read_weights(path: Path, config: BitLlamaConfig) -> ModelWeights:
    """The weights of any file that holds a model, checked against `config`, which counts more than the file's own."""
    alone = path.is_file() and path.suffix == ".safetensors" and not (path.parent / "config.json").exists()
    found = None if alone else load_weights(path, check=False)
    body = found or ModelWeights(config, TensorFile.open(path).tensors)
    body = ModelWeights(config, body.tensors, encoding=body.encoding)
    body.validate().require(path)
    return body


class _WithoutRandom(TorchFunctionMode):
    """Leaves out `torch.nn.init`: weights that a file will fill are not drawn first. (The meta device, which torch has
    for this, imports symbolic algebra on the way back from it: seconds for nothing.)"""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if getattr(func, "__module__", None) == "torch.nn.init":
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))


@dataclass
class ModelState:
    """The state of every layer, in order, for B streams side by side: a value, through which gradients may flow."""

    layers: list[LayerState]

    @classmethod
    def fresh(cls, config: BitLlamaConfig, batch: int = 1, device: torch.device | str = "cpu") -> ModelState:
        """A newborn state: all zero."""
        return cls([LayerState.fresh(config, batch, device) for _ in range(config.num_layers)])

    @property
    def batch(self) -> int:
        """B, the number of streams."""
        return self.layers[0].fast.shape[0]

    def detach(self) -> ModelState:
        """The same values, cut from the graph that made them (truncated back-propagation)."""
        return ModelState([layer.map(Tensor.detach) for layer in self.layers])

    def clone(self) -> ModelState:
        """A copy that shares no memory."""
        return ModelState([layer.map(Tensor.clone) for layer in self.layers])

    def select(self, rows: Tensor) -> ModelState:
        """The streams of the given indices, shape ``[B']``, in that order; repeats allowed."""
        return ModelState([layer.map(lambda x: x.index_select(0, rows)) for layer in self.layers])

    def keep(self, mask: Tensor) -> ModelState:
        """Reset to zero the streams where `mask`, bool ``[B]``, is False."""
        return ModelState(
            [layer.map(lambda x: x * mask.view(-1, *[1] * (x.dim() - 1)).to(x.dtype)) for layer in self.layers]
        )

    def without_transient(self, rows: Tensor | None = None) -> ModelState:
        """The same fast weights with everything else as newborn, what waking up with a soul is: in all streams, or
        where `rows`, bool ``[B]``, is True."""
        if rows is None:
            return ModelState([LayerState(layer.fast, torch.zeros_like(layer.conv)) for layer in self.layers])
        return ModelState(
            [LayerState(layer.fast, layer.conv.masked_fill(rows[:, None, None], 0.0)) for layer in self.layers]
        )


class BitLlamaBlock(nn.Module):
    """``h = h + ttt(norm1(h)); h = h + mlp(norm2(h))``."""

    def __init__(self, config: BitLlamaConfig) -> None:
        super().__init__()
        self.norm1 = RMSNorm(config.hidden_dim, config.norm_eps)
        self.ttt = TTTLayer(config)
        self.norm2 = RMSNorm(config.hidden_dim, config.norm_eps)
        self.mlp = SwiGLU(config.hidden_dim, config.mlp_dim, config.activation_bits)

    def forward(self, h: Tensor, state: LayerState, rate_scale: float = 1.0) -> tuple[Tensor, LayerState, Tensor]:
        """Pass `h`, ``[B, T, D]``, through; returns it, the layer's new state, and its inner loss ``[B, T]``."""
        mixed, state, loss = self.ttt(self.norm1(h), state, rate_scale)
        h = h + mixed
        return h + self.mlp(self.norm2(h)), state, loss


class BitLlama(nn.Module):
    """The model: a language model that takes a gradient step on its fast weights at every token it reads.

    Args:
        config: the sizes.
        weights: a checkpoint folder, a ``.safetensors`` file in one, or a ``.bitt``; None starts at random.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``, or a torch device.

    Raises:
        DeviceError: the device is not there.
        FileFormatError: the file is missing or broken, or its tensors have other sizes than `config`.
    """

    def __init__(
        self,
        config: BitLlamaConfig,
        weights: str | os.PathLike[str] | None = None,
        device: str | torch.device = "cpu",
    ) -> None:
        super().__init__()
        place = pick_device(device)
        self.config = config
        self.embed = nn.Embedding(config.vocab_size, config.hidden_dim)
        self.layers = nn.ModuleList(BitLlamaBlock(config) for _ in range(config.num_layers))
        self.norm_f = RMSNorm(config.hidden_dim, config.norm_eps)
        self.lm_head = Head(config.hidden_dim, config.vocab_size, config.activation_bits)
        self._init_weights()
        self._own_state: ModelState | None = None
        if weights is not None:
            self.load_tensors(_read_weights(Path(weights), config)).thaw()
        self.to(place)

    def _init_weights(self) -> None:
        nn.init.normal_(self.embed.weight, std=1.0)
        nn.init.normal_(self.lm_head.weight, std=self.config.hidden_dim**-0.5)
        # What is added to the residual stream starts small, so that depth does not change its size (GPT-2).
        shrink = (2 * self.config.num_layers) ** -0.5
        for name, parameter in self.layers.named_parameters():
            if name.endswith(("ttt.up.weight", "mlp.down_proj.weight")):
                parameter.data.mul_(shrink)

    @classmethod
    def from_body(cls, body: ModelWeights, device: str | torch.device = "cpu", frozen: bool = True) -> BitLlama:
        """The model of a loaded file. `frozen` quantises the weights once, for running; otherwise it can train."""
        place = pick_device(device)
        with _WithoutRandom():
            model = cls(body.config)
        model.load_tensors(body)
        if frozen:
            model.freeze().requires_grad_(False)
        else:
            model.thaw()
        return model.to(place)

    def load_tensors(self, body: ModelWeights) -> BitLlama:
        """Take every weight of `body`, which was checked against its config; packed ones stay quantised."""
        modules = dict(self.named_modules())
        for name, tensor in body.tensors.items():
            owner_name, _, kind = name.rpartition(".")
            owner = modules[owner_name]
            if isinstance(tensor, TernaryMatrix):
                owner.set_codes(tensor.unpack(), tensor.scale)
            elif isinstance(tensor, QuantizedEmbedding) and isinstance(owner, Head):
                owner.set_quantized(tensor)
            else:
                with torch.no_grad():
                    getattr(owner, kind).copy_(torch.from_numpy(np.array(as_float(tensor), dtype=np.float32)))
        return self

    def freeze(self) -> BitLlama:
        """Quantise all ternary weights for good; the model can then run, not train."""
        for module in self.modules():
            if isinstance(module, BitLinear):
                module.freeze()
        return self

    def thaw(self) -> BitLlama:
        """Give ternary weights a float form again, which quantises to the same, and a head of whole numbers one that is
        near; the model can then train."""
        for module in self.modules():
            if isinstance(module, (BitLinear, Head)):
                module.thaw()
        return self

    def to_body(self, tokenizer: str | None = None) -> ModelWeights:
        """The weights as numpy arrays under their names in a checkpoint, with an optional tokenizer JSON.

        Raises `ConfigError` for a frozen model, whose float weights are gone.
        """
        if any(isinstance(m, (BitLinear, Head)) and m.frozen for m in self.modules()):
            raise ConfigError("A frozen model has no float weights to save; save the model that it was loaded from.")
        tensors = {name: p.detach().float().cpu().numpy().copy() for name, p in self.named_parameters()}
        return ModelWeights(self.config, tensors, tokenizer)

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.embed.weight.device

    def init_state(self, batch: int = 1) -> ModelState:
        """A newborn state for `batch` streams."""
        return ModelState.fresh(self.config, batch, self.device)

    def hidden(
        self, tokens: Tensor, state: ModelState, rate_scale: float = 1.0
    ) -> tuple[Tensor, ModelState, list[Tensor]]:
        """Everything before the final norm and the head.

        Args:
            tokens: int64 ``[B, T]``.
            state: where the B streams stand; not changed.
            rate_scale: factor on the inner learning rate.

        Returns:
            The residual stream ``[B, T, D]``, the new state, and the inner losses of each layer, ``[B, T]``.
        """
        h = self.embed(tokens)
        layers, losses = [], []
        for block, layer_state in zip(self.layers, state.layers, strict=True):
            h, layer_state, loss = block(h, layer_state, rate_scale)
            layers.append(layer_state)
            losses.append(loss)
        return h, ModelState(layers), losses

    def head(self, h: Tensor) -> Tensor:
        """Logits ``[..., V]`` of the residual stream ``[..., D]``."""
        return self.lm_head(self.norm_f(h))

    def forward(
        self,
        tokens: Tensor | None = None,
        state: ModelState | None = None,
        *,
        token_id: int | None = None,
        rate_scale: float = 1.0,
    ) -> Tensor | tuple[Tensor, ModelState]:
        """Two forms.

        ``forward(tokens, state)``: functional. Tokens int64 ``[B, T]``, a state or None for a newborn one; returns
        logits ``[B, T, V]`` and the new state; differentiable through both.

        ``forward(token_id=42)``: one step of the model's own state; returns logits ``[V]``. See `reset_state`.
        """
        if token_id is not None:
            return self._step(token_id, rate_scale)
        if tokens is None:
            raise ConfigError("forward needs tokens, or a token_id.")
        h, state, _ = self.hidden(tokens, state or self.init_state(tokens.shape[0]), rate_scale)
        return self.head(h), state

    @torch.no_grad()
    def _step(self, token_id: int, rate_scale: float) -> Tensor:
        if not 0 <= token_id < self.config.vocab_size:
            raise ConfigError(f"Token {token_id} is outside the vocabulary of {self.config.vocab_size}.")
        token = torch.tensor([[token_id]], device=self.device)
        h, self._own_state, _ = self.hidden(token, self._own_state or self.init_state(), rate_scale)
        return self.head(h)[0, 0]

    @property
    def own_state(self) -> ModelState:
        """The state that ``forward(token_id=…)`` steps."""
        return self._own_state or self.init_state()

    @own_state.setter
    def own_state(self, state: ModelState) -> None:
        self._own_state = state

    def reset_state(self) -> None:
        """Make the model's own state newborn."""
        self._own_state = None
