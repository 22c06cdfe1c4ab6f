#!/usr/bin/env python3
"""`martlet pools` on a chain that we did not write: a sync under narrow limits and faults, killed again and again, equals the chain.

    pool_sync.py BINARY SHARED

realchain with 4,000 blocks, 100 blocks a log query and 5 % failing requests. What is stored is judged by plain eth_call of
chainstate.py. Prints one line a check and ends with `N passed, M failed`.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import chainstate
from fork_replay import TamperingProxy
from harness import Failure, Rpc, free_port, one_line, wait_for

PAIR_CREATED = "0x0d3648bd0f6ba80134a33ba9275ac585d9d315f0ad8355cddefde31afa28d0e9"
BLOCKS = 4000


class NarrowChain:
    """realchain's node with a log limit of 100 blocks, seeded and driven by its own scripts."""

    def __init__(self, folder: Path, shared: Path):
        self.port, self.home, self.shared = free_port(), shared / "realchain", shared
        self.url = f"http://127.0.0.1:{self.port}"
        self.python = Path(os.environ["REALCHAIN_HOME"]) / ".venv" / "bin" / "python"
        self.log_path = folder / "node.log"
        self.process = subprocess.Popen([str(self.python), str(self.home / "node.py"), "--port", str(self.port), "--period", "0",
                                         "--max-log-range", "100"], stdout=open(self.log_path, "wb"), stderr=subprocess.STDOUT)
        wait_for("the node listens", 60, lambda: "listening" in self.log_path.read_text())
        self.rpc = Rpc(self.url)
        self.deployment_path = folder / "deployment.json"
        done = subprocess.run([str(self.home / "run.sh"), "--rpc", self.url, "--rate", "0", "--out", str(self.deployment_path)],
                              capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise Failure(f"seeding: {done.stderr[-1500:]}")
        self.deployment = json.loads(self.deployment_path.read_text())

    def traffic(self, count: int, seed: int):
        done = subprocess.run([str(self.python), str(self.home / "traffic.py"), "--rpc", self.url, "--deployment",
                               str(self.deployment_path), "--rate", "1000", "--count", str(count), "--seed", str(seed)],
                              capture_output=True, text=True, timeout=300, cwd=self.home)
        if done.returncode != 0:
            raise Failure(f"traffic: {done.stderr[-1500:]}")

    def head(self) -> int:
        return self.rpc.number("eth_blockNumber")

    def fault(self, rate: float):
        self.rpc("harness_fault", {"errorRate": rate})

    def stop(self):
        self.process.terminate()
        self.process.wait(15)


class SyncStory:
    def __init__(self, binary: Path, shared: Path, folder: Path):
        self.binary, self.folder = binary, folder
        self.chain = NarrowChain(folder, shared)
        self.config = folder / "martlet.toml"
        self.config.write_text(self.must("chains", "overlay", str(self.chain.deployment_path)))
        self.common = ["--chain", "devnet", "--config", str(self.config)]
        self.random = random.Random(7)

    def run(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess:
        return subprocess.run([str(self.binary), *arguments], capture_output=True, text=True, timeout=timeout, cwd=self.folder)

    def must(self, *arguments: str) -> str:
        done = self.run(*arguments)
        if done.returncode != 0:
            raise Failure(f"martlet {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()[-1500:]}")
        return done.stdout

    def pools(self, verb: str, *more: str, data: str = "data") -> list[str]:
        return ["pools", verb, *self.common, "--data-dir", str(self.folder / data), *more]

    def sync(self, *more: str, data: str = "data", rpc: list[str] | None = None) -> dict:
        return json.loads(self.must(*self.pools("sync", "--json", "--quiet", *more, data=data), "--rpc", *(rpc or [self.chain.url])))

    # ---- checks

    def history(self):
        chain = self.chain
        for part in range(4):
            chain.traffic(30, part + 1)
            missing = (part + 1) * BLOCKS // 4 - chain.head()
            if missing > 0:
                chain.rpc("evm_mine", hex(missing))
        return f"{chain.head()} blocks, {len(chain.deployment['pools'])} pools"

    def killed_again_and_again(self):
        """5 % failing requests, 100 blocks a query, kill -9 at random moments until a run gets through."""
        self.chain.fault(0.05)
        self.second = TamperingProxy(self.chain.url)
        # A killed client breaks its connection: no news.
        self.second.server.handle_error = lambda *_: None
        command = [str(self.binary), *self.pools("sync", "--json"), "--rpc", self.chain.url, self.second.url]
        kills, resumed, out = 0, 0, ""
        while True:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder)
            try:
                # The first dozen runs are short; later ones get more time, so that the test ends.
                out, errors = process.communicate(timeout=self.random.uniform(0.05, 0.6) * 1.2 ** kills)
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                kills += 1
                if kills > 200:
                    raise Failure("200 runs did not get through")
        self.chain.fault(0)
        if process.returncode != 0:
            raise Failure(f"exit {process.returncode} after {kills} kills: {errors[-1500:]}")
        report = json.loads(out)
        self.first_report = report
        if kills < 3:
            raise Failure(f"only {kills} kills: the sync is too fast for this test")
        if report["traffic"]["calls"] < 1 or report["traffic"]["bytesReceived"] < 1:
            raise Failure(f"no traffic reported: {report['traffic']}")
        return (f"{kills} kills, last run {report['traffic']['calls']} calls, {report['traffic']['bytesSent']} bytes sent, "
                f"{report['traffic']['bytesReceived']} received")

    def equal(self, data: str = "data") -> int:
        """Every pool of the chain is stored, with the state that the contracts give at the newest block."""
        listed = {row["pool"]: row for row in json.loads(self.must(*self.pools("list", "--json", data=data)))}
        rows = self.chain.deployment["pools"]
        if len(listed) != len(rows):
            raise Failure(f"{len(listed)} pools stored, {len(rows)} on the chain")
        for row in rows:
            address = row["pool"].lower()
            ours = json.loads(self.must(*self.pools("show", address, "--json", data=data)))
            if ours["protocol"] == "uniswap-v2":
                theirs = chainstate.v2_state(self.chain.rpc, row["pool"])
                mine = {key: ours[key] for key in theirs}
            else:
                theirs = chainstate.v3_state(self.chain.rpc, row["pool"], ours["tickSpacing"])
                mine = {key: ours[key] for key in ("sqrtPriceX96", "tick", "liquidity")}
                mine["ticks"] = {str(tick): [gross, net] for tick, gross, net in ours["ticks"]}
            if mine != theirs:
                raise Failure(f"{address}: stored {str(mine)[:300]}, chain {str(theirs)[:300]}")
            if not ours["usable"]:
                raise Failure(f"{address} is not usable: {ours}")
        return len(rows)

    def stored_equals_chain(self):
        return f"{self.equal()} pools"

    def fresh_run_reports(self):
        """A run without kills and faults: what it cost, by storage words, and a progress line a phase on a file."""
        done = self.run(*self.pools("sync", data="fresh"), "--rpc", self.chain.url)
        if done.returncode != 0:
            raise Failure(f"exit {done.returncode}: {done.stderr[-800:]}")
        if "read by storage" not in done.stdout or "calls in" not in done.stdout:
            raise Failure(done.stdout)
        if "finding pools" not in done.stderr or "reading state" not in done.stderr or "\r" in done.stderr:
            raise Failure(f"progress: {done.stderr!r}")
        self.equal("fresh")
        return done.stdout.strip().splitlines()[-1]

    def follows_traffic_and_a_reorg(self):
        self.chain.traffic(40, 9)
        applied = self.sync()["blocksApplied"]
        self.equal()
        self.chain.rpc("evm_reorg", hex(5), 3)
        self.chain.traffic(10, 10)
        report = self.sync()
        self.equal()
        if report["blocksUndone"] < 1:
            raise Failure(f"nothing was undone: {report}")
        return f"{applied} blocks applied, then {report['blocksUndone']} undone and {report['blocksApplied']} applied"

    def verified(self):
        out = json.loads(self.must(*self.pools("verify", "--json"), "--rpc", self.chain.url))
        if out["differences"] or out["compared"] != len(self.chain.deployment["pools"]):
            raise Failure(str(out))
        lie = TamperingProxy(self.chain.url)

        def change(method, params, answer):
            if method == "eth_call" and params[0]["data"].startswith("0x0902f1ac") and "result" in answer:
                answer["result"] = "0x" + f"{int(answer['result'][2:66], 16) + 1:064x}" + answer["result"][66:]
            return answer

        lie.change = change
        done = self.run(*self.pools("verify"), "--rpc", lie.url)
        lie.stop()
        if done.returncode != 1 or "reserve0 is" not in done.stdout:
            raise Failure(f"a node that answers other reserves: exit {done.returncode}, {done.stdout[:300]}")
        return f"{out['compared']} pools equal; other answers give exit 1 and {done.stdout.count('reserve0 is')} lines"

    def logs_left_out(self):
        """A peer that leaves creation logs of pairs out: the factories' lists say so, nothing is missing."""
        lie = TamperingProxy(self.chain.url)

        def change(method, params, answer):
            if method == "eth_getLogs" and "result" in answer:
                answer["result"] = [log for log in answer["result"] if log["topics"][0] != PAIR_CREATED]
            return answer

        lie.change = change
        report = self.sync(data="lied", rpc=[lie.url])
        lie.stop()
        self.equal("lied")
        if report["sync"]["pairsMissedByLogs"] < 1:
            raise Failure(str(report["sync"]))
        return f"{report['sync']['pairsMissedByLogs']} pairs found by the factories' lists"

    def quotes(self):
        """Exact in and out, beside the routers' and quoters' own arithmetic."""
        done = 0
        for row in json.loads(self.must(*self.pools("list", "--protocol", "uniswap-v2", "--json"))):
            r0, r1 = int(row["reserve0"]), int(row["reserve1"])
            amount = r0 // 1000
            out = json.loads(self.must(*self.pools("quote", row["pool"], "--token-in", row["token0"], "--exact-in", str(amount), "--json")))
            kept = amount * (1_000_000 - row["feePips"])
            if int(out["amountOut"]) != kept * r1 // (r0 * 1_000_000 + kept):
                raise Failure(str(out))
            back = json.loads(self.must(*self.pools("quote", row["pool"], "--token-in", row["token0"], "--exact-out", out["amountOut"], "--json")))
            if int(back["amountIn"]) > amount:
                raise Failure(f"{out} but {back}")
            done += 2
        one_line(self.run(*self.pools("quote", row["pool"], "--token-in", row["token0"], "--exact-out", str(r1))), 1, "no quote")
        return f"{done} quotes"

    def exported_and_imported(self):
        text = self.must(*self.pools("export", "--json"))
        (self.folder / "market.json").write_text(text)
        self.must(*self.pools("import", str(self.folder / "market.json"), data="copy"))
        if self.must(*self.pools("export", "--json", data="copy")) != text:
            raise Failure("the copy's export is another")
        csv = self.must(*self.pools("export"))
        (self.folder / "market.csv").write_text(csv)
        self.must(*self.pools("import", str(self.folder / "market.csv"), data="listed"))
        one_line(self.run(*self.pools("quote", self.chain.deployment["pools"][0]["pool"].lower(), "--token-in", "WETH", "--exact-in", "1",
                                      data="listed")), 1, "sync is not finished")
        report = self.sync(data="listed")
        self.equal("listed")
        if report["sync"]["found"] != 0:
            raise Failure(str(report))
        one_line(self.run(*self.pools("import", str(self.folder / "market.json"))), 3, "not empty")
        return f"{len(csv.splitlines()) - 1} rows"

    def refusals(self):
        one_line(self.run(*self.pools("sync", data="none"), "--rpc", "http://127.0.0.1:1", "--timeout", "1"), 4, "127.0.0.1:1")
        one_line(self.run(*self.pools("list", data="nowhere")), 1, "no pool store")
        one_line(self.run(*self.pools("list", "--protocol", "uniswap-v9")), 2, "known are")
        one_line(self.run(*self.pools("show", "0x" + "00" * 20)), 1, "is not in")
        bad = self.folder / "bad.json"
        bad.write_text(self.must(*self.pools("export", "--json")).replace('"fee', '"fee_', 1))
        one_line(self.run(*self.pools("import", str(bad), data="broken")), 2, "pool 1")
        return "5 refusals"


CHECKS = [
    ("4,000 blocks of history", "history"),
    ("narrow limits, 5 % failures, kill -9: the sync gets through", "killed_again_and_again"),
    ("every stored pool equals the chain", "stored_equals_chain"),
    ("a run from scratch says what it did", "fresh_run_reports"),
    ("traffic and a reorg are followed", "follows_traffic_and_a_reorg"),
    ("verify finds nothing, and finds a lie", "verified"),
    ("creation logs that a peer leaves out", "logs_left_out"),
    ("quotes to the unit", "quotes"),
    ("export and import", "exported_and_imported"),
    ("refusals are one line with their exit code", "refusals"),
]


def main() -> int:
    binary, shared = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    folder = Path(tempfile.mkdtemp(prefix="martlet-sync-"))
    passed = failed = 0
    story = None
    try:
        story = SyncStory(binary, shared, folder)
        for words, name in CHECKS:
            started = time.time()
            try:
                said = getattr(story, name)()
                passed += 1
                print(f"ok   {words}: {said} ({time.time() - started:.1f} s)", flush=True)
            except Exception as error:  # every failure of a check is its result
                failed += 1
                print(f"FAIL {words}: {error}", flush=True)
                if not isinstance(error, Failure):
                    traceback.print_exc()
    finally:
        if story:
            story.chain.stop()
    if failed == 0:
        shutil.rmtree(folder)
    else:
        print(f"files are kept in {folder}")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
