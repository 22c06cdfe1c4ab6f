#!/usr/bin/env python3
"""The node's market under reorgs of depth 1 to 10, dropped sockets, kill -9 and a peer that leaves logs out: at the end it is the chain's.

    devnet_reorgs.py BINARY

Our devnet reorganises on command; pools are read back by plain eth_call. Prints one line a check and ends with `N passed, M failed`.
"""
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from devnet_market import OwnDevnet
from first_light import Checks, FirstLight
from fork_replay import TamperingProxy
from harness import Failure, Martlet, wait_for


class ReorgStory(FirstLight):
    def __init__(self, binary: Path, folder: Path):
        self.folder, self.soak, self.random = folder, False, random.Random(11)
        self.chain = OwnDevnet(binary, folder, "--traffic", "4", "--block-time", "1", "--clock", "wall")
        self.node = Martlet(binary, folder, self.chain)
        self.proxy = TamperingProxy(self.chain.url)
        self.left_out = 0
        self.node.make_keys()

    def configure(self, through_proxy: bool, data: str):
        # Calls go to the first endpoint, as long as it is well.
        sockets = f"ws://127.0.0.1:{self.chain.port}"
        endpoints = [self.proxy.url, sockets] if through_proxy else [sockets, self.chain.url]
        self.node.write_config(None, endpoints=endpoints, data=data)

    def settled(self):
        """No more blocks; the node stands on the newest one."""
        self.chain.rpc("evm_setPeriod", -1)
        time.sleep(1.5)
        self.chain.rpc("evm_mine")
        self.at_head(30)
        time.sleep(1)

    def starts(self):
        self.chain.rpc("evm_mine", hex(80))
        self.configure(False, "reorgs")
        self.node.start(live=False)
        self.at_head(30)
        log = self.node.log_path.read_text()
        if "pools synced" not in log:
            raise Failure(f"the node did not sync its empty store first: {log[-800:]}")
        return self.pools_equal_chain_now()

    def pools_equal_chain_now(self):
        self.settled()
        said = self.pools_equal_chain()
        self.chain.rpc("evm_setPeriod", 1)
        return said

    def depths(self):
        for depth in range(1, 11):
            time.sleep(self.random.uniform(0.3, 1.2))
            self.chain.rpc("evm_reorg", hex(depth), depth % 3 == 0)
            if depth % 2 == 0:
                self.chain.rpc("harness_dropWebSockets")
            if depth % 5 == 0:
                self.pools_equal_chain_now()
        return self.pools_equal_chain_now()

    def killed(self):
        """kill -9 at random moments between reorgs; what the next run loads and follows is the chain's."""
        for _ in range(6):
            time.sleep(self.random.uniform(0.1, 1.5))
            self.node.kill()
            self.chain.rpc("evm_reorg", hex(self.random.randint(1, 10)))
            self.node.start(live=False)
        return "6 restarts, " + self.pools_equal_chain_now()

    def lying(self):
        """A peer leaves logs out for a dozen blocks. The auditor finds each pool, and repairs it from the contracts."""
        self.node.terminate()
        self.configure(True, "reorgs")

        def change(method, params, answer):
            if method == "eth_getLogs" and isinstance(answer.get("result"), list) and answer["result"]:
                kept = [log for log in answer["result"] if self.random.random() < 0.6]
                self.left_out += len(answer["result"]) - len(kept)
                answer["result"] = kept
            return answer

        self.proxy.change = change
        self.node.start(live=False)
        wait_for("logs were left out in a dozen blocks", 60, lambda: self.left_out >= 40, 0.5)
        self.proxy.change = lambda method, params, answer: answer
        self.chain.rpc("evm_setPeriod", -1)
        time.sleep(1)

        def equal():
            self.chain.rpc("evm_mine")
            self.at_head(30)
            time.sleep(0.7)
            try:
                said = self.pools_equal_chain()
            except Failure as failure:
                self.last = failure
                return None
            bad = [p for p in self.all_pools() if not p["usable"]]
            self.last = f"still set aside: {bad[:2]}"
            return None if bad else said

        try:
            said = wait_for("every pool is repaired", 90, equal, 0)
        except Failure as failure:
            raise Failure(f"{failure}: {self.last}")
        repaired = self.node.log_path.read_text().count("pool read anew and released")
        if repaired == 0:
            raise Failure("nothing was repaired: the lie did not bite")
        return f"{self.left_out} logs left out, {repaired} repairs, {said}"

    def clean_end(self):
        code = self.node.terminate()
        if code != 0:
            raise Failure(f"SIGTERM ended the node with {code}")


def main() -> int:
    binary, checks = Path(sys.argv[1]).resolve(), Checks()
    folder = Path(tempfile.mkdtemp(prefix="martlet-reorgs-"))
    story = None
    try:
        story = ReorgStory(binary, folder)
        checks.run("an empty store is synced first, then followed", story.starts)
        checks.run("reorgs of depth 1 to 10, dropped sockets", story.depths)
        checks.run("kill -9 and reorgs in between", story.killed)
        checks.run("a peer that leaves logs out", story.lying)
        checks.run("clean end", story.clean_end)
    finally:
        if story:
            story.node.stop()
            story.proxy.stop()
            story.chain.stop()
    if checks.failed == 0:
        shutil.rmtree(folder)
    else:
        print(f"files are kept in {folder}")
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 0 if checks.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
