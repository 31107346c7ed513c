"""Differential test of an engine that serves Qdrant's gRPC API.

    python3 differential.py --engine 127.0.0.1:6334 --cases 20000 --seed 1 --workers 2

Every case is one generated call, run on the engine, on qdrant_client's local mode and on
qdrant_edge, and the answers compared. The engine must agree with edge; where local mode
differs from edge, accepted.py must say why. First the steps of smoke.py run. A run with
`--engine none` compares the references alone.

A failure prints the collection's seed and the number of the case in it; repeat it with
--collection SEED --stop-after NUMBER.
"""

import argparse
import multiprocessing
import sys
import time

sys.dont_write_bytecode = True  # nothing is left beside the sources

import clients
import smoke
from accepted import reason
from run import Report, run_collections


def run_smoke(client, label: str) -> list[str]:
    count, failures, skipped = smoke.run(client, label == "local")
    print(f"smoke of every operation, {label}: {count} steps, {len(failures)} failures, {len(skipped)} not asked")
    for failure in failures:
        print(f"{label}: {failure}")
    return failures


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", required=True, help="host:port of the engine's gRPC, or none")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes that share the cases")
    parser.add_argument("--collection", type=int, help="run the collection of this seed only")
    parser.add_argument("--stop-after", type=int, help="with --collection: stop after this case of it")
    parser.add_argument("--show", type=int, default=10, help="print this many failures")
    return parser.parse_args()


def main() -> int:
    options = parse()
    failures = []
    if options.collection is None:
        failures += run_smoke(clients.local().client, "local")
        if options.engine != "none":
            failures += run_smoke(clients.engine(options.engine).client, "engine")

    started = time.monotonic()
    if options.collection is not None:
        report = run_collections(options.engine, options.collection, None, 1, options.stop_after)
    else:
        share = -(-options.cases // options.workers)
        jobs = [(options.engine, options.seed * 1_000_000 + i, share, options.workers, None) for i in range(options.workers)]
        if options.workers == 1:
            reports = [run_collections(*jobs[0])]
        else:
            with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
                reports = pool.starmap(run_collections, jobs)
        report = sum(reports, Report())
    elapsed = time.monotonic() - started

    for failure in report.failures[: options.show]:
        print(failure)
    print(f"{report.cases} cases in {elapsed:.1f} s ({report.cases / elapsed:.0f}/s), {len(report.failures)} failures, {report.undefined} undefined by ties")
    for kind, n in sorted(report.kinds.items()):
        print(f"  {n:7d} {kind}")
    print("accepted differences from edge:")
    for name, n in report.accepted.most_common():
        print(f"  {n:7d} {name}: {reason(name)}")
    return 1 if failures or report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
