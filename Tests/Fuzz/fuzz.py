#!/usr/bin/env python3
"""Differential fuzzing of our EVM (`martlet-fuzz`) against EELS: random cases, equal gas, logs and state root, or a report.

Started by scripts/fuzz-evm.sh in a venv with ethereum-execution. Each worker makes cases from consecutive seeds, runs them on
both sides and compares at once. A difference is written to --out as a case file (also a smaller one that still differs).
"""
import argparse
import collections
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import time

import oracle
from cases import make_case


class Ours:
    def __init__(self, binary):
        self.binary = binary
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, case):
        """Our answer; {"crash": status} when the process ended on this case."""
        try:
            self.process.stdin.write(json.dumps(case) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        status = self.process.wait()
        self.start()
        return {"crash": status}


UNSUPPORTED = "unsupported"


def compare(theirs, ours):
    """What differs, as one line; None when nothing does; UNSUPPORTED when ours has no answer and says so."""
    if "crash" in ours:
        return f"martlet-fuzz ended with status {ours['crash']}"
    for index, (a, b) in enumerate(zip(theirs["txs"], ours["txs"])):
        if b.get("unanswered") == "unsupportedPrecompile":
            return UNSUPPORTED
        if "unanswered" in b or ("gas" in a) != ("gas" in b) or a.get("gas") != b.get("gas"):
            return f"transaction {index}: EELS {a}, ours { {k: v for k, v in b.items() if k != 'output'} }"
    if ours["disagreement"]:
        return f"our own ways disagree: {ours['disagreement']}"
    for part in ("logs", "root"):
        if theirs[part] != ours[part]:
            return f"{part}: EELS {theirs[part]}, ours {ours[part]}"
    return None


def differs(case, ours):
    try:
        theirs = oracle.run(case)
    except Exception:
        return None
    found = compare(theirs, ours.run(case))
    return None if found == UNSUPPORTED else found


def smaller(case):
    """Cases with one thing less, the big ones first."""
    for index in range(len(case["txs"]) - 1, -1, -1):
        if len(case["txs"]) > 1:
            yield {**case, "txs": case["txs"][:index] + case["txs"][index + 1:]}
    for address, account in case["pre"].items():
        yield {**case, "pre": {k: v for k, v in case["pre"].items() if k != address}}
        if account["storage"]:
            yield {**case, "pre": {**case["pre"], address: {**account, "storage": {}}}}
        code = bytes.fromhex(account["code"][2:])
        if code:
            yield {**case, "pre": {**case["pre"], address: {**account, "code": "0x"}}}
        chunk = len(code)
        while chunk > 0:  # a stretch of the code becomes JUMPDESTs, which do nothing; the tail goes
            for start in range(0, len(code), chunk):
                if set(code[start:start + chunk]) != {0x5B}:
                    blank = code[:start] + b"\x5b" * len(code[start:start + chunk]) + code[start + chunk:]
                    yield {**case, "pre": {**case["pre"], address: {**account, "code": "0x" + blank.hex()}}}
            if len(code) > chunk:
                yield {**case, "pre": {**case["pre"], address: {**account, "code": "0x" + code[:-chunk].hex()}}}
            chunk //= 2


def minimised(case, ours, seconds):
    """A smaller case that differs too (not always in the same way)."""
    deadline, progress = time.monotonic() + seconds, True
    while progress:
        progress = False
        for candidate in smaller(case):
            if time.monotonic() > deadline:
                return case
            if differs(candidate, ours):
                case, progress = candidate, True
                break
    return case


def worker(number, count, options, deadline, results):
    ours = Ours(options.binary)
    tally = collections.Counter()
    seed = options.seed + number
    while time.monotonic() < deadline and (options.cases is None or tally["cases"] < options.cases):
        case = make_case(seed)
        try:
            theirs = oracle.run(case)
        except Exception as fault:
            tally["oracle"] += 1
            results.put(("note", f"EELS ended without an answer at seed {seed}: {type(fault).__name__} {str(fault)[:100]}"))
            seed += count
            continue
        answer = ours.run(case)
        found = compare(theirs, answer)
        if found == UNSUPPORTED:
            tally["unsupported"] += 1
        else:
            tally["cases"] += 1
            tally["txs"] += len(theirs["txs"])
            tally["rejected"] += sum("rejected" in tx for tx in theirs["txs"])
            tally["gas"] += sum(tx.get("gas", 0) for tx in theirs["txs"])
            tally["fork " + case["fork"]] += 1
            for tx in answer.get("txs", []):
                tally["halt " + tx.get("halt", "rejected")] += 1
        if found and found != UNSUPPORTED:
            tally["different"] += 1
            path = options.out / f"diff-{seed}.json"
            path.write_text(json.dumps({**case, "expect": theirs}, indent=1))
            small = None
            if tally["different"] <= 3:
                small = options.out / f"diff-{seed}-small.json"
                least = minimised(case, ours, options.minimise)
                small.write_text(json.dumps({**least, "expect": oracle.run(least)}, indent=1))
            results.put(("difference", (seed, case["fork"], found, str(path), str(small or ""))))
            if tally["different"] >= 20:
                break
        seed += count
    results.put(("done", tally))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--cases", type=int, help="cases a worker, instead of the time alone")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--minimise", type=float, default=30)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--count-file", type=pathlib.Path)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    print(f"fuzz: seed {options.seed}, {options.jobs} processes, {options.seconds:.0f} s", flush=True)
    results, deadline = multiprocessing.Queue(), time.monotonic() + options.seconds
    workers = [multiprocessing.Process(target=worker, args=(i, options.jobs, options, deadline, results)) for i in range(options.jobs)]
    for one in workers:
        one.start()
    tally, open_workers = collections.Counter(), len(workers)
    while open_workers:
        try:
            kind, what = results.get(timeout=5)
        except Exception:
            if all(not one.is_alive() for one in workers) and results.empty():
                print("fuzz: a worker died", flush=True)
                return 1
            continue
        if kind == "done":
            open_workers -= 1
            tally += what
        elif kind == "difference":
            seed, fork, found, path, small = what
            print(f"DIFFERENCE seed {seed} ({fork}): {found}\n  case {path}" + (f"\n  smaller {small}" if small else ""), flush=True)
        elif options.verbose or tally["notes"] < 3:
            tally["notes"] += 1
            print(f"fuzz: {what}", flush=True)
    forks = [key for key in tally if key.startswith("fork ")]
    if options.verbose:
        print(json.dumps(dict(sorted(tally.items())), indent=1))
    if tally["unsupported"]:
        print(f"fuzz: {tally['unsupported']} cases not compared: they call a precompiled contract that ours refuses by name")
    if tally["oracle"]:
        print(f"fuzz: {tally['oracle']} cases not compared: EELS ended without an answer")
    print(f"fuzz: {tally['txs']} transactions, {tally['rejected']} of them refused by both, {tally['gas'] / 1e6:.0f} Mgas")
    print(f"fuzz: {tally['cases']} cases, {len(forks)} forks, {tally['different']} differences (seed {options.seed})")
    if options.count_file:
        options.count_file.write_text(f"{tally['cases'] - tally['different']} {tally['different']}\n")
    return 1 if tally["different"] or not tally["cases"] else 0


if __name__ == "__main__":
    sys.exit(main())
