#!/usr/bin/env python3
"""The node in live mode on our own devnet and its market: bundles land, and each earned what was predicted, to the wei.

    devnet_market.py BINARY

The chain is read with plain JSON-RPC and eth_abi. Prints one line a check and ends with `N passed, M failed`; about a minute.
"""
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import chainstate
from first_light import Checks, FirstLight
from harness import Failure, Martlet, Rpc, one_line, wait_for

# Selector of run(uint256,bytes), then limits: valid_until_block (40 bits) | tip (88) | min_profit (128).
RUN = chainstate.selector("run(uint256,bytes)").hex()


class OwnDevnet:
    """`martlet devnet --market` as a child process, with what the end-to-end harness asks of a chain."""

    def __init__(self, binary: Path, folder: Path, *more: str):
        self.deployment_path = folder / "deployment.json"
        self.log_path = folder / "devnet.log"
        self.log = open(self.log_path, "wb")
        started = time.time()
        command = [str(binary), "devnet", "--port", "0", "--market", "--deployment", str(self.deployment_path), *more]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)

        def ready():
            if self.process.poll() is not None:
                raise Failure(f"devnet ended with {self.process.returncode}: {self.log_path.read_text()[-2000:]}")
            return next((row for row in self.log_path.read_text().splitlines() if row.startswith("ready:")), None)

        line = wait_for("the devnet is ready", 60, ready, 0.05)
        self.seconds = time.time() - started
        self.port = int(line.split("127.0.0.1:")[1].split()[0])
        self.url = f"http://127.0.0.1:{self.port}"
        self.rpc = Rpc(self.url)
        self.deployment = json.loads(self.deployment_path.read_text())

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.log.close()


class MarketStory(FirstLight):
    def __init__(self, binary: Path, folder: Path):
        self.folder, self.soak = folder, False
        self.chain = OwnDevnet(binary, folder, "--traffic", "4", "--block-time", "1", "--clock", "wall")
        self.node = Martlet(binary, folder, self.chain)

    def started(self):
        pools = self.chain.deployment["pools"]
        for row in pools:
            if len(self.chain.rpc("eth_getCode", row["pool"], "latest")) < 200:
                raise Failure(f"no code at {row}")
        return f"{len(pools)} pools after {self.chain.seconds:.1f} s"

    def predicted_is_booked(self):
        """What the bundle's own calldata promised, what the node booked and what the chain's logs say are one number."""
        rpc, weth, rows, after = self.chain.rpc, self.chain.deployment["tokens"]["WETH"]["address"].lower(), [], None
        while True:
            page = self.node.admin("bundles_list", limit=100, state="landed", **({"after": after} if after else {}))
            rows += page["items"]
            after = page.get("next")
            if not after:
                break
        if not rows:
            raise Failure("no landed bundle is listed")
        total = 0
        for row in rows:
            sent = rpc("eth_getTransactionByHash", row["transaction"])
            if not sent["input"].startswith("0x" + RUN):
                raise Failure(f"{row['transaction']} does not call run")
            limits = int(sent["input"][10:74], 16)
            tip, promised = limits >> 128 & (2**88 - 1), limits & (2**128 - 1)
            earned = self.growth(rpc("eth_getTransactionReceipt", row["transaction"]), weth)
            if not promised == int(row["growthWei"]) == earned or tip != int(row["tipWei"]):
                raise Failure(f"{row['transaction']}: promised {promised} and tip {tip}, the chain says {earned}, booked {row}")
            total += promised
        status = self.node.admin("node_status")
        if "predictions" in status and int(status["predictions"]["differ"]) != 0:
            raise Failure(f"predictions: {status['predictions']}")
        return f"{len(rows)} bundles, {total} wei"

    def growth(self, receipt, weth) -> int:
        """Growth of the executor's wrapped ether by the receipt's logs."""
        transfer = "0x" + chainstate.keccak(text="Transfer(address,address,uint256)").hex()
        withdrawal = "0x" + chainstate.keccak(text="Withdrawal(address,uint256)").hex()
        executor, sum_ = self.executor.lower()[2:], 0
        for log in receipt["logs"]:
            if log["address"].lower() != weth:
                continue
            value = int(log["data"], 16)
            if log["topics"][0] == transfer:
                sum_ += value * (log["topics"][2].lower().endswith(executor) - log["topics"][1].lower().endswith(executor))
            elif log["topics"][0] == withdrawal and log["topics"][1].lower().endswith(executor):
                sum_ -= value
        return sum_

    def freeze(self):
        self.chain.rpc("evm_setPeriod", -1)
        time.sleep(1)
        self.chain.rpc("evm_mine")
        self.at_head(30)
        time.sleep(2)

    def same_chain_again(self):
        """Two devnets with the same seed and N/block traffic have the same blocks; another seed has others."""
        heads = []
        for seed in ("7", "7", "8"):
            folder = Path(tempfile.mkdtemp(dir=self.folder))
            chain = OwnDevnet(self.node.binary, folder, "--traffic", "6/block", "--no-mining", "--seed", seed)
            try:
                number = chain.deployment["seedBlock"]
                for step in range(5):
                    wanted = 6
                    wait_for("traffic for the block", 20, lambda: int(chain.rpc("txpool_status")["pending"], 16) >= wanted - 2, 0.05)
                    time.sleep(0.3)
                    chain.rpc("evm_mine")
                heads.append(chain.rpc("eth_getBlockByNumber", hex(number + 5), False)["hash"])
            finally:
                chain.stop()
        if heads[0] != heads[1] or heads[0] == heads[2]:
            raise Failure(f"block hashes {heads}")
        return heads[0][:18]

    def refused(self):
        run = self.node.run
        for words, pattern in (
            (("--traffic", "3"), "need --market"), (("--market", "--traffic", "fast"), "--traffic is"),
            (("--market", "--traffic", "-1"), "--traffic|traffic"), (("--market", "--traffic", "3/second"), "--traffic is"),
            (("--market", "--fork-url", "http://127.0.0.1:1"), "exclude each other"),
        ):  # fmt: skip
            done = run("devnet", "--port", "0", *words, timeout=20)
            if done.returncode != 2 or not any(part in done.stderr for part in pattern.split("|")):
                raise Failure(f"{words}: exit {done.returncode}: {done.stderr[:300]}")
        one_line(run("devnet", "--port", "0", "--market", "--deployment", "/nonexistent/x.json", timeout=20), 1, "/nonexistent/x.json")


def main() -> int:
    binary = Path(sys.argv[1]).resolve()
    folder = Path(tempfile.mkdtemp(prefix="martlet-market-"))
    checks = Checks()
    story = MarketStory(binary, folder)
    try:
        checks.run("the market stands", story.started)
        checks.run("keys, configuration, executor deployed", story.set_up)
        checks.run("live: bundles land", story.lands_bundles)
        time.sleep(12)
        checks.run("the chain stands still", story.freeze)
        checks.run("predicted = booked = the chain's logs, to the wei, on every landed bundle", story.predicted_is_booked)
        checks.run("booked profit = the executor's balance, to the wei", story.booked_equals_chain)
        checks.run("gas booked = gas paid, to the wei", story.gas_is_booked)
        checks.run("no bundle reverted for a wrong prediction", story.no_wrong_prediction)
        checks.run("every pool's state and ticks equal the chain's", story.pools_equal_chain)
        checks.run("SIGTERM exits 0", story.clean_end)
        checks.run("the same seed gives the same chain", story.same_chain_again)
        checks.run("refusals: exit 2 and what was wrong", story.refused)
    finally:
        story.stop()
        if checks.failed:
            print(f"  logs are kept in {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{checks.passed} passed, {checks.failed} failed", flush=True)
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
