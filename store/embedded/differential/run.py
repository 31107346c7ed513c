"""Runs generated collections on every side and compares their answers case by case."""

import collections
import random
import re
from dataclasses import dataclass, field
from typing import Any

import accepted
import clients
import queries
import ties
import updates
from calls import OK, Answer, Call, bodies, brief, dump
from compare import difference, state_difference
from edge import EdgeSide
from world import World, new_world, point

CASES_PER_COLLECTION = 250
POINTS = (50, 300)


@dataclass
class Report:
    """What a run found."""

    cases: int = 0
    undefined: int = 0
    kinds: collections.Counter = field(default_factory=collections.Counter)
    accepted: collections.Counter = field(default_factory=collections.Counter)
    failures: list[str] = field(default_factory=list)

    def __add__(self, other: "Report") -> "Report":
        return Report(self.cases + other.cases, self.undefined + other.undefined, self.kinds + other.kinds,
                      self.accepted + other.accepted, self.failures + other.failures)


def run_collections(engine: str, seed: int, budget: int | None, step: int, stop_after: int | None) -> Report:
    """Runs collections of the seeds seed, seed+step, … until the budget of cases is spent.

    Without a budget, the collection of this one seed.
    """
    run = Run(None if engine == "none" else clients.engine(engine))
    try:
        while True:
            left = CASES_PER_COLLECTION if budget is None else budget - run.report.cases
            if left <= 0:
                return run.report
            run.collection(seed, min(left, CASES_PER_COLLECTION), stop_after)
            seed += step
            if budget is None:
                return run.report
    finally:
        run.edge.close()


class Run:
    def __init__(self, engine: clients.ClientSide | None):
        self.local = clients.local()
        self.edge = EdgeSide()
        self.sides = [s for s in (engine, self.local, self.edge) if s is not None]
        self.report = Report()

    def collection(self, seed: int, cases: int, stop_after: int | None) -> None:
        w = new_world(seed)
        r = random.Random(seed)
        for side in self.sides:
            side.create(w)
        count = r.randint(*POINTS)
        call = Call("upsert", {"points": [point(r, w) for _ in range(count)]})
        for number in range(cases):
            self.case(w, number, call)
            if number == stop_after:
                break
            call = updates.write(r, w) if r.random() < 0.22 else queries.read(r, w)
        for side in self.sides:
            side.drop(w)

    def case(self, w: World, number: int, call: Call) -> None:
        """One call on every side, compared; after a write the sides' points are compared too."""
        answers = {side.label: side.run(w, call) for side in self.sides}
        reference = answers["edge"]
        self.report.cases += 1
        self.report.kinds[f"{call.op}: {reference.kind}"] += 1
        stored = self.edge.state(w) if call.is_update else {}
        for side in self.sides:
            if side is self.edge:
                continue
            found = difference(call, reference, answers[side.label])
            ids: list[Any] = []
            if call.is_update and (changed := state_difference(stored, side.state(w))):
                found, ids = found or changed[0], changed[1]
            if found:
                self.judge(w, number, call, side, found, answers)
            if ids:  # or every later case would fail for this one
                side.restore(w, ids, stored)
        if call.is_update:
            w.ids = sorted(stored, key=str)
        if reference.kind == OK and call.op == "create_payload_index":
            w.indexed.add(call.args["field_name"])
        if reference.kind == OK and call.op == "delete_payload_index":
            w.indexed.discard(call.args["field_name"])

    def judge(self, w: World, number: int, call: Call, side: Any, found: str, answers: dict[str, Answer]) -> None:
        rule = accepted.find(side.label, w, call, answers["edge"], answers[side.label], found)
        if rule:
            self.report.accepted[rule] += 1
        elif self.is_undefined(w, call):
            self.report.undefined += 1
        else:
            self.report.failures.append(self.describe(w, number, call, f"{side.label} differs from edge: {found}", answers))

    def is_undefined(self, w: World, call: Call) -> bool:
        return any(ties.undefined(self.edge, w, request, accepted.root_filter(call, request)) for request in accepted.requests(call))

    def describe(self, w: World, number: int, call: Call, what: str, answers: dict[str, Answer]) -> str:
        lines = [f"FAILURE: {what}", f"  repeat: --collection {w.seed} --stop-after {number}", f"  call: {dump(call)}"]
        of = re.search(r"(?:payload|names|vector '.*') of ([0-9a-f-]+)$", what)
        chosen = of and (int(of.group(1)) if of.group(1).isdigit() else of.group(1))
        for side in self.sides:
            lines.append(f"  {side.label}: {dump(brief(answers[side.label]))[:2000]}")
            if of and (whole := bodies(answers[side.label], chosen)):
                lines.append(f"    {dump(whole[0])[:2000]}")
            if of and call.is_update:
                lines.append(f"    stored: {dump(side.state(w).get(chosen))[:2000]}")
        return "\n".join(lines)
