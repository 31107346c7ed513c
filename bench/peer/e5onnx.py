"""Writes multilingual-e5-small as hugot reads it, from the GGUF file of package e5small.

Arguments: the GGUF file, and an empty folder for model.onnx, tokenizer.json and
config.json. The weights are those of the file, unpacked to float32; the network
is BERT (Devlin et al., 2018) up to the last hidden state, since hugot pools.
"""

import base64
import json
import sys

import numpy as np
import onnx
from gguf import GGUFReader
from gguf.quants import dequantize
from onnx import TensorProto, helper, numpy_helper


class Model:
    """What the file says, by the names of its keys and tensors."""

    def __init__(self, path: str):
        reader = GGUFReader(path)
        self.fields = reader.fields
        self.tensors = {t.name: t for t in reader.tensors}

    def value(self, key: str):
        return self.fields[key].contents()

    def rows(self, name: str) -> np.ndarray:
        t = self.tensors[name]
        return dequantize(t.data, t.tensor_type).astype(np.float32)


class Graph:
    """An ONNX graph that grows by a node at a time."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def add(self, op: str, *inputs: str, **attributes) -> str:
        name = f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name


def network(m: Model) -> Graph:
    """From input_ids, attention_mask and token_type_ids to last_hidden_state."""
    g = Graph()
    width, heads = m.value("bert.embedding_length"), m.value("bert.attention.head_count")
    epsilon = m.value("bert.attention.layer_norm_epsilon")
    one = g.constant("one", np.float32(1))
    half = g.constant("half", np.float32(0.5))
    root_half = g.constant("root_half", np.float32(0.5**0.5))
    scale = g.constant("scale", np.float32((width // heads) ** -0.5))
    hidden = g.constant("hidden", np.float32(-1e9))  # the score of what is padding
    split = g.constant("split", np.array([0, 0, heads, width // heads], np.int64))
    joined = g.constant("joined", np.array([0, 0, width], np.int64))

    def linear(x: str, name: str) -> str:
        weight = g.constant(f"{name}.weight", m.rows(f"{name}.weight").T)
        return g.add("Add", g.add("MatMul", x, weight), g.constant(f"{name}.bias", m.rows(f"{name}.bias")))

    def normalized(x: str, name: str) -> str:
        weight = g.constant(f"{name}.weight", m.rows(f"{name}.weight"))
        bias = g.constant(f"{name}.bias", m.rows(f"{name}.bias"))
        return g.add("LayerNormalization", x, weight, bias, axis=-1, epsilon=epsilon)

    def in_heads(x: str, axes: list[int]) -> str:
        return g.add("Transpose", g.add("Reshape", x, split), perm=axes)

    # Positions count the tokens that are no padding, from 0.
    counted = g.add("CumSum", "attention_mask", g.constant("along_text", np.int64(1)))
    positions = g.add("Sub", counted, g.constant("first", np.int64(1)))
    x = g.add(
        "Add",
        g.add("Gather", g.constant("words", m.rows("token_embd.weight")), "input_ids"),
        g.add("Gather", g.constant("positions", m.rows("position_embd.weight")), positions),
    )
    x = g.add("Add", x, g.add("Gather", g.constant("types", m.rows("token_types.weight")), "token_type_ids"))
    x = normalized(x, "token_embd_norm")

    shown = g.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    mask = g.add("Mul", g.add("Sub", one, shown), hidden)
    mask = g.add("Unsqueeze", mask, g.constant("head_and_row", np.array([1, 2], np.int64)))

    for i in range(m.value("bert.block_count")):
        block = f"blk.{i}"
        query = in_heads(linear(x, f"{block}.attn_q"), [0, 2, 1, 3])
        key = in_heads(linear(x, f"{block}.attn_k"), [0, 2, 3, 1])
        values = in_heads(linear(x, f"{block}.attn_v"), [0, 2, 1, 3])
        scores = g.add("Add", g.add("Mul", g.add("MatMul", query, key), scale), mask)
        mixed = g.add("MatMul", g.add("Softmax", scores, axis=-1), values)
        mixed = g.add("Reshape", g.add("Transpose", mixed, perm=[0, 2, 1, 3]), joined)
        x = normalized(g.add("Add", x, linear(mixed, f"{block}.attn_output")), f"{block}.attn_output_norm")
        wide = linear(x, f"{block}.ffn_up")
        gate = g.add("Mul", g.add("Add", g.add("Erf", g.add("Mul", wide, root_half)), one), half)
        x = normalized(g.add("Add", x, linear(g.add("Mul", wide, gate), f"{block}.ffn_down")), f"{block}.layer_output_norm")
    g.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
    return g


def write_network(m: Model, path: str) -> None:
    g = network(m)
    text = ["batch", "tokens"]
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, text) for n in ("input_ids", "attention_mask", "token_type_ids")]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, text + [m.value("bert.embedding_length")])
    graph = helper.make_graph(g.nodes, "multilingual-e5-small", inputs, [output], g.constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def write_tokenizer(m: Model, path: str) -> None:
    """The steps and settings are those of XLM-RoBERTa's fast tokenizer."""
    pieces, scores = m.value("tokenizer.ggml.tokens"), m.value("tokenizer.ggml.scores")
    special = {name: m.value(f"tokenizer.ggml.{name}_token_id") for name in ("bos", "eos", "unknown", "padding")}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    begin, end = pieces[special["bos"]], pieces[special["eos"]]
    around = [{"SpecialToken": {"id": begin, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": end, "type_id": 0}}]
    tokens = {p: {"id": p, "ids": [i], "tokens": [p]} for p, i in ((begin, special["bos"]), (end, special["eos"]))}
    charsmap = base64.b64encode(bytes(m.value("tokenizer.ggml.precompiled_charsmap"))).decode("ascii")
    spaces = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    out = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": pieces[i], **flags} for i in sorted(special.values())],
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": charsmap},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, spaces]},
        "post_processor": {"type": "TemplateProcessing", "single": around, "pair": around, "special_tokens": tokens},
        "decoder": spaces,
        "model": {"type": "Unigram", "unk_id": special["unknown"], "vocab": list(zip(pieces, scores)), "byte_fallback": False},
    }
    with open(path, "w", encoding="utf-8") as f:
        json.dump(out, f, ensure_ascii=False)


def main() -> None:
    model, folder = Model(sys.argv[1]), sys.argv[2]
    write_network(model, f"{folder}/model.onnx")
    write_tokenizer(model, f"{folder}/tokenizer.json")
    with open(f"{folder}/config.json", "w", encoding="utf-8") as f:
        json.dump({"max_position_embeddings": model.value("bert.context_length"), "pad_token_id": model.value("tokenizer.ggml.padding_token_id")}, f)


main()
