#!/usr/bin/env python3
"""Writes cases.jsonl: cases of the differential fuzzer with EELS's answers. Run in the venv of scripts/fuzz-evm.sh.

A case is kept when it brings something that no case before it has: a fork with a transaction type, an opcode of a fork that
ran, or a way to end. Long cases are left out.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "Fuzz"))
import oracle  # noqa: E402
from cases import make_case  # noqa: E402
from ethereum import trace  # noqa: E402

BYTES_MAX = 190_000
seen, kept, size = set(), [], 0
features = set()


def note(evm, event, *_, **__):
    name = type(event).__name__
    if name == "OpStart":
        features.add((case["fork"], str(event.op)))
    elif name in ("OpException", "EvmStop", "PrecompileStart"):
        features.add((name, str(getattr(event, "error", getattr(event, "address", ""))).split("(")[0][:40]))


trace.set_evm_trace(note)
for seed in range(1, 5000):
    case = make_case(seed)
    line_size = len(json.dumps(case))
    if line_size > 4_500:
        continue
    features.clear()
    expect = oracle.run(case)
    for raw, answer in zip(case["txs"], expect["txs"]):
        features.add((case["fork"], raw[:4] if raw[2] < "c" else "legacy", answer.get("rejected", "ran").split(" ")[0]))
    fresh = features - seen
    if len(fresh) < 3:
        continue
    line = json.dumps({**case, "expect": expect}, separators=(",", ":"))
    if size + len(line) > BYTES_MAX:
        break
    seen |= features
    size += len(line) + 1
    kept.append(line)
(HERE / "cases.jsonl").write_text("\n".join(kept) + "\n")
print(len(kept), "cases,", size, "bytes,", len(seen), "features")
