"""Chat templates with the constructs that each family's own uses, in words of ours, and small tokenizers for them."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass

import tokenizers as library
from many_scripts import sentences
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, trainers

LLAMA = r"""{{- bos_token }}
{#- the date, unless somebody gives one #}
{%- if date_string is not defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%Y") %}
    {%- else %}
        {%- set date_string = "some day" %}
    {%- endif %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set prompt = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set prompt = "" %}
{%- endif %}
{{- "<|head|>system<|/head|>\n\n" }}
{%- if tools is not none %}
    {{- "Tools: " + tools | tojson(indent=4) }}
{%- endif %}
{{- "Year: " + date_string + "\n\n" }}
{{- prompt }}
{{- "<|eot|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or 'tool_calls' in message) %}
        {{- '<|head|>' + message['role'] + '<|/head|>\n\n'+ message['content'] | trim + '<|eot|>' }}
    {%- elif message.tool_calls|length != 1 %}
        {{- raise_exception("one call at a time") }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|head|>assistant<|/head|>\n\n' }}
{%- endif %}
"""

QWEN2 = r"""{%- if tools %}
    {{- '<|start|>system\n' }}
    {%- for tool in tools %}
        {{- "\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "<|stop|>\n" }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|start|>system\n' + messages[0]['content'] + '<|stop|>\n' }}
    {%- else %}
        {{- '<|start|>system\nYou are kind and brief.<|stop|>\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first)
        or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|start|>' + message.role + '\n' + message.content + '<|stop|>' + '\n' }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|start|>user' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start|>assistant\n' }}
{%- endif %}
"""

QWEN3 = r"""{%- if messages[0].role == 'system' %}
    {{- '<|start|>system\n' + messages[0].content + '<|stop|>\n' }}
{%- endif %}
{%- set ns = namespace(searching=true, last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.searching and message.role == "user" and message.content is string
        and not(message.content.startswith('<result>') and message.content.endswith('</result>')) %}
        {%- set ns.searching = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|start|>' + message.role + '\n' + content + '<|stop|>' + '\n' }}
    {%- elif message.role == "assistant" %}
        {%- set thought = '' %}
        {%- if message.thought is string %}
            {%- set thought = message.thought %}
        {%- elif '</think>' in content %}
            {%- set thought = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last and (loop.last or thought) %}
            {{- '<|start|>' + message.role + '\n<think>\n' + thought.strip('\n') + '\n</think>\n\n' }}
            {{- content.lstrip('\n') }}
        {%- else %}
            {{- '<|start|>' + message.role + '\n' + content }}
        {%- endif %}
        {{- '<|stop|>\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start|>assistant\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\n\n</think>\n\n' }}
    {%- endif %}
{%- endif %}"""

SMOL = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|start|>system\nYou are small.<|stop|>\n' }}{% endif %}"
    "{{'<|start|>' + message['role'] + '\n' + message['content'] + '<|stop|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start|>assistant\n' }}{% endif %}"
)

GEMMA = r"""{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set prefix = messages[0]['content'] + '

' -%}
    {%- else -%}
        {%- set prefix = messages[0]['content'][0]['text'] -%}
    {%- endif -%}
    {%- set rest = messages[1:] -%}
{%- else -%}
    {%- set prefix = "" -%}
    {%- set rest = messages -%}
{%- endif -%}
{%- for message in rest -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("speak in turns") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<turn>' + role + '
' + (prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {{ item['text'] | trim }}
        {%- endfor -%}
    {%- endif -%}
    {{ '</turn>
' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<turn>model
'}}
{%- endif -%}
"""

MISTRAL = r"""{%- if messages[0]["role"] == "system" %}
    {%- set prompt = messages[0]["content"] %}
    {%- set others = messages[1:] %}
{%- else %}
    {%- set others = messages %}
{%- endif %}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in others %}
    {%- if not (message.role == "tool" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("speak in turns") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in others %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and prompt is defined %}
            {{- "[Q] " + prompt + "\n\n" + message["content"] + "[/Q]" }}
        {%- else %}
            {{- "[Q] " + message["content"] + "[/Q]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- else %}
        {{- raise_exception("only users and assistants, please") }}
    {%- endif %}
{%- endfor %}
"""

PHI = (
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') %}"
    "{{'<|user|>' + '\n' + message['content'] + '<|end|>' + '\n' + '<|assistant|>' + '\n'}}"
    "{% elif (message['role'] == 'assistant') %}{{message['content'] + '<|end|>' + '\n'}}{% endif %}{% endfor %}"
)
"""As the first of them: no word of a system prompt, and a user's message opens the reply by itself."""

PHI35 = (
    "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}"
    "{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}"
    "{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}"
    "{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}"
)

BLOCKS = r"""{% macro head(role, note='') -%}
<|start|>{{ role }}{% if note %} ({{ note | upper | replace('-', ' ') }}){% endif %}

{% endmacro %}
{% for message in messages %}
    {% if message.role == 'system' and not message.content | trim %}
        {% continue %}
    {% endif %}
{{ head(message.role, 'first-one' if loop.first else '') }}{% if message.role == 'assistant' %}
{% generation %}{{ message.content }}<|stop|>{% endgeneration %}

{% else %}
{{ message.content }}<|stop|>
{% endif %}
    {% if loop.index > 50 %}
        {% break %}
    {% endif %}
{% endfor %}
{% set roles = messages | map(attribute='role') | unique | list %}
{% if roles | select('equalto', 'nobody') | list | length %}{{ roles | join(', ') }}{% endif %}
{% if add_generation_prompt %}
{{ head('assistant') }}{% endif %}"""

JSON = (
    "{% for m in messages %}<|start|>{{ {'role': m.role, 'content': m['content']} | tojson }}<|stop|>{% endfor %}"
    "{% if add_generation_prompt %}<|start|>{% endif %}"
)


@dataclass(frozen=True)
class Family:
    """A template with all that goes with it."""

    source: str
    tokenizer: str
    special: tuple[str, ...]
    plain: tuple[str, ...] = ()
    """Added tokens that are not special."""
    bos: str | None = None
    eos: str | None = None
    system: bool = True
    """Whether it knows a system prompt."""
    greedy: bool = False
    """Whether its special tokens take the white space behind them along."""


_CHATML = ("<|start|>", "<|stop|>", "<|eod|>")
FAMILIES = {
    "llama": Family(LLAMA, "words", ("<|bos|>", "<|eot|>", "<|head|>", "<|/head|>"), bos="<|bos|>", eos="<|eot|>"),
    "qwen2": Family(QWEN2, "words", _CHATML, eos="<|stop|>"),
    "qwen3": Family(QWEN3, "words", _CHATML, ("<think>", "</think>"), eos="<|stop|>"),
    "smol": Family(SMOL, "words", _CHATML, bos="<|start|>", eos="<|stop|>"),
    "gemma": Family(GEMMA, "pieces", ("<bos>", "<eos>", "<turn>", "</turn>"), bos="<bos>", eos="<eos>"),
    "mistral": Family(MISTRAL, "first", ("<s>", "</s>", "[Q]", "[/Q]"), bos="<s>", eos="</s>"),
    "mistral, words": Family(MISTRAL, "prepend", ("<s>", "</s>"), bos="<s>", eos="</s>"),
    "phi": Family(
        PHI, "prepend", ("<s>", "<|user|>", "<|assistant|>", "<|end|>"), bos="<s>", eos="<|end|>", system=False
    ),
    "phi 3.5": Family(
        PHI35, "prepend", ("<|eod|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"), bos="<s>", eos="<|eod|>"
    ),
    "phi, greedy": Family(
        PHI35, "prepend", ("<|eod|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"), eos="<|eod|>", greedy=True
    ),
    "blocks": Family(BLOCKS, "words", _CHATML, eos="<|stop|>"),
    "json": Family(JSON, "words", _CHATML, eos="<|stop|>"),
}

_WORDS = Regex(
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@functools.cache
def trained(kind: str) -> str:
    """``tokenizer.json`` of a kind: byte-level ``words``, or SentencePiece's with no space before a text (``pieces``),
    one at its beginning (``first``), or one before each part (``prepend``)."""
    text = [sentences(2000), " ".join(chr(c) for c in range(33, 127))]
    if kind == "words":
        inner = library.Tokenizer(models.BPE(ignore_merges=True))
        inner.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(_WORDS, "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        inner.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet, show_progress=False)
        inner.train_from_iterator(text, trainer)
        return inner.to_str()
    scheme = {"pieces": "never", "first": "first", "prepend": "always"}[kind]
    taught = library.Tokenizer(models.BPE(unk_token="<unk>"))
    taught.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
    trainer = trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>"], show_progress=False, limit_alphabet=120)
    taught.train_from_iterator([part.replace("\n", " ") for part in text], trainer)  # no piece crosses a line end
    learned = json.loads(taught.to_str())["model"]
    vocabulary = {"<unk>": 0} | {f"<0x{byte:02X}>": 1 + byte for byte in range(256)}
    for piece in sorted(learned["vocab"], key=learned["vocab"].get):
        vocabulary.setdefault(piece, len(vocabulary))
    merges = [tuple(merge) for merge in learned["merges"]]
    inner = library.Tokenizer(
        models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True)
    )
    space = decoders.Replace("▁", " ")
    inner.decoder = decoders.Sequence([space, decoders.ByteFallback(), decoders.Fuse()])
    if kind == "prepend":
        inner.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    elif kind == "first":
        inner.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        inner.normalizer = normalizers.Replace(" ", "▁")
    if kind != "pieces":
        inner.decoder = decoders.Sequence([space, decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return inner.to_str()


def tokenizer_of(family: Family) -> str:
    """``tokenizer.json`` with the tokens of a family."""
    inner = library.Tokenizer.from_str(trained(family.tokenizer))
    inner.add_special_tokens(
        [AddedToken(token, normalized=False, rstrip=family.greedy) for token in (*family.special, "<s>")]
    )
    inner.add_tokens([AddedToken(token, normalized=False) for token in family.plain])
    return inner.to_str()
