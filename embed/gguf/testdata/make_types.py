"""Writes types.gguf with the package gguf: a tensor of each type, made of random blocks, and
beside it what gguf.quants.dequantize makes of it.

    pip install gguf==0.19.0 && python3 make_types.py types.gguf
"""

import sys

import gguf
import numpy as np

TYPES = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q5_0", "IQ4_NL", "Q4_K", "Q6_K"]
ROWS, COLUMNS = 3, 512

random = np.random.default_rng(7)
writer = gguf.GGUFWriter(sys.argv[1], "test")
writer.add_string("test.text", "나루 — ferry")
writer.add_bool("test.yes", True)
writer.add_float32("test.float", 0.25)
writer.add_float64("test.double", 1e-300)
writer.add_int32("test.negative", -5)
writer.add_uint64("test.large", 2**40)
writer.add_array("test.words", ["a", "", "낱말", "x" * 300])
writer.add_array("test.floats", [1.5, -2.0, 0.0])
writer.add_array("test.numbers", [3, -4, 5])
for name in TYPES:
    kind = gguf.GGMLQuantizationType[name]
    values, size = gguf.GGML_QUANT_SIZES[kind]
    if name in ("F32", "F16"):
        raw = random.standard_normal((ROWS, COLUMNS)).astype(np.float32 if name == "F32" else np.float16)
        want = raw.astype(np.float32)
    else:
        raw = random.integers(0, 256, (ROWS, COLUMNS // values * size), dtype=np.uint8)
        blocks = raw.reshape(-1, size)
        if name == "BF16":
            blocks[:, 1] = blocks[:, 1] % 128 // 2 + 32  # finite
        else:
            # The scales, of half precision, are moderate numbers of either sign.
            for at in {"Q4_K": (0, 2), "Q6_K": (208,)}.get(name, (0,)):
                scales = random.normal(0, 0.1, len(blocks)).astype(np.float16)
                scales[0] = np.float16(6e-8)  # denormal
                blocks[:, at : at + 2] = scales.view(np.uint8).reshape(-1, 2)
        want = gguf.quants.dequantize(raw, kind)
    writer.add_tensor("t." + name, raw, raw_dtype=kind)
    writer.add_tensor("want." + name, want.astype(np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
