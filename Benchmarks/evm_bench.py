#!/usr/bin/env python3
"""Our EVM and revm 8 (pyrevm) on the same workloads, sample by sample in turn, with the bars that ours is held to.

  python3 evm_bench.py                 all cases of ../../shared/evm-baseline/workloads.json and of our own set
  python3 evm_bench.py --saved         ours only, against the revm figures of the last full run: for tuning
  python3 evm_bench.py --only swap     cases whose name contains "swap"

Both sides run a case once to warm up (revm: makes and fills a fresh EVM for each sample, outside the measured time), then
--repeat samples in turn; the best counts. Loops: one transaction a sample, its time over the iterations. Single transactions
(`one-*`, `empty-frame`): ours, 100 fresh transactions on one pinned state a sample, the overlay emptied before each inside
the measured time, code cache warm; revm's, the best of 40 fresh EVMs a sample. pyrevm makes slots warm while they are
inserted, so it does less there.
Exit status 1 when gas, logs or success of a case are wrong, with --strict also when a bar is missed.
"""
import argparse
import importlib.util
import json
import math
import os
import pathlib
import subprocess
import sys
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("MARTLET_SHARED") or ROOT.parent / "shared")
OWN = ROOT / "Tests/Vectors/workloads/workloads.json"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "martlet"
PYREVM = "pyrevm==0.3.7"
SAVED = ROOT / ".build-bench/revm.json"
BINARY = ROOT / ".build-bench/release/martlet-evm-bench"
ROW_MAX, MEAN_MAX, EMPTY_NS = 1.0, 0.55, 1000
ROW_BARS = {"cpmm-swap": 0.65, "erc20-transfer": 0.75, "one-cpmm-swap": 0.80}


def ensure_pyrevm():
    """Runs this file again inside a venv that has pyrevm, made on first use in the user's cache folder."""
    if importlib.util.find_spec("pyrevm"):
        return
    env = CACHE / PYREVM.replace("==", "-")
    if not (env / ".ready").exists():
        venv.create(env, with_pip=True)
        subprocess.run([env / "bin/pip", "install", "-q", "--disable-pip-version-check", PYREVM], check=True)
        (env / ".ready").touch()
    os.execv(env / "bin/python", [str(env / "bin/python"), __file__, *sys.argv[1:]])


class Ours:
    def __init__(self, path):
        self.process = subprocess.Popen([BINARY, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"evm-bench: martlet-evm-bench ended at `{line}` (status {self.process.wait()})")
        return json.loads(answer)


def unhex(text):
    return bytes.fromhex(text[2:])


def revm_sample(workloads, case):
    """Seconds of one transaction on a fresh EVM."""
    import pyrevm

    block = workloads["block"]
    evm = pyrevm.EVM(
        env=pyrevm.Env(block=pyrevm.BlockEnv(
            number=block["number"], timestamp=block["timestamp"], gas_limit=block["gas_limit"], coinbase=block["coinbase"],
            basefee=block["basefee"], prevrandao=bytes(32), excess_blob_gas=0)),
        gas_limit=block["gas_limit"], spec_id=workloads["fork"])
    for address, account in case["pre"].items():
        info = pyrevm.AccountInfo(nonce=int(account["nonce"], 16), code=unhex(account["code"]))
        evm.insert_account_info(address, info)
        evm.set_balance(address, int(account["balance"], 16))
        for key, value in account["storage"].items():
            evm.insert_account_storage(address, int(key, 16), int(value, 16))
    data = unhex(case["data"])
    start = time.perf_counter()
    evm.message_call(workloads["caller"], case["to"], calldata=data, gas=case["gas"])
    return time.perf_counter() - start


def evmone_figures():
    """evmone's published nanoseconds, from the shared table; none where that is absent."""
    path = SHARED / "evm-baseline/results.tsv"
    if not path.exists():
        return {}
    lines = [line.split("\t") for line in path.read_text().splitlines() if not line.startswith("#")]
    column = lines[0].index("evmone_ns")
    return {line[0]: float(line[column]) for line in lines[1:]}


def measure(path, options, saved):
    workloads = json.loads(path.read_text())
    ours, rows = Ours(path), []
    for case in workloads["cases"]:
        name = case["name"]
        if options.only and options.only not in name:
            continue
        best, result = None, ours.ask(f"load {name}")
        for _ in range(options.repeat if not result["problem"] else 0):
            result = ours.ask("sample")
            if not options.saved:
                tries = 40 if case["kind"] == "call" else 1
                seconds = min(revm_sample(workloads, case) for _ in range(tries))
                best = seconds if best is None else min(best, seconds)
        result["revm"] = saved.get(name) if best is None else best * 1e9 / case["iterations"]
        saved[name] = result["revm"]
        rows.append(result)
        print_row(result)
    return rows


EVMONE = {}


def print_row(row):
    def number(value, digits):
        return "-" if value is None else f"{value:,.{digits}f}"

    ratio = row["ns"] / row["revm"] if row["ns"] and row["revm"] else None
    row["ratio"] = ratio
    mark = "" if ratio is None else "ok" if ratio <= ROW_BARS.get(row["name"], ROW_MAX) else "SLOWER"
    if row["problem"]:
        mark = f"WRONG: {row['problem']}"
    print(f"{row['name']:24}{number(row['ns'], 2):>14}{number(row['revm'], 2):>14}{number(ratio, 3):>8}"
          f"{number(EVMONE.get(row['name']), 2):>14}{number(row['allocations'], 3):>9}{row['gas']:>16,}  {mark}", flush=True)


def bars(rows, own_rows):
    """Prints each bar with its mark; says whether all hold."""
    ratios = {row["name"]: row["ratio"] for row in rows if row["ratio"]}
    lines = []
    if ratios:
        slowest = max(ratios, key=ratios.get)
        lines.append((f"slowest row ({slowest})", ratios[slowest], ROW_MAX, ""))
        mean = math.exp(sum(math.log(value) for value in ratios.values()) / len(ratios))
        lines.append((f"geometric mean of {len(ratios)} rows", mean, MEAN_MAX, ""))
    lines += [(name, ratios[name], bar, "") for name, bar in ROW_BARS.items() if name in ratios]
    lines += [(row["name"], row["ns"], EMPTY_NS, " ns") for row in own_rows if row["name"] == "empty-frame" and row["ns"]]
    for name, value, bar, unit in lines:
        print(f"bar: {name}: {value:.3f}{unit}, at most {bar}{unit}: {'pass' if value <= bar else 'FAIL'}")
    return all(value <= bar for _, value, bar, _ in lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--saved", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--repeat", type=int, default=0)
    parser.add_argument("--file", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    options.repeat = options.repeat or (3 if options.saved else 5)
    if not options.saved:
        ensure_pyrevm()
    if not BINARY.exists():
        sys.exit(f"evm-bench: {BINARY} is not built: `make bench-evm` builds it")
    EVMONE.update(evmone_figures())
    path = options.file or SHARED / "evm-baseline/workloads.json"
    saved = json.loads(SAVED.read_text()) if SAVED.exists() else {}
    print(f"{'case':24}{'ours ns':>14}{'revm 8 ns':>14}{'ratio':>8}{'evmone ns':>14}{'allocs':>9}{'gas':>16}")
    rows = []
    if path.exists():
        rows = measure(path, options, saved)
    else:
        print(f"skipped: {path} is not here; --file names another workload file")
    own_rows = [] if options.file else measure(OWN, options, saved)
    if not options.saved:
        SAVED.write_text(json.dumps(saved, indent=1))
    print("nanoseconds an iteration, best of", options.repeat, "samples; evmone's are published figures of another machine")
    good = bars(rows, own_rows)
    wrong = [row["name"] for row in rows + own_rows if row["problem"]]
    print(f"{len(rows) + len(own_rows)} cases, {len(wrong)} wrong" + (": " + ", ".join(wrong) if wrong else ""))
    if options.json:
        options.json.write_text(json.dumps(rows + own_rows, indent=1) + "\n")
    return 1 if wrong or (options.strict and not good) else 0


if __name__ == "__main__":
    sys.exit(main())
