#!/usr/bin/env python3
"""The whole way on a chain that we did not write: pending transaction to landed bundle, through faults, checked by the chain itself.

    first_light.py BINARY SHARED [--soak]

Prints one line a check and ends with `N passed, M failed`. Without --soak about four minutes; with it ten minutes of traffic.
"""
import json
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

import batcher
import chainstate
from harness import Failure, Martlet, RealChain, one_line, wait_for


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name: str, body):
        start = time.time()
        try:
            note = body() or ""
            self.passed += 1
            print(f"  ok    {name} ({time.time() - start:.0f} s) {note}", flush=True)
        except Exception as error:  # a failed check must not hide the others
            self.failed += 1
            text = str(error) if isinstance(error, Failure) else traceback.format_exc()
            print(f"  FAILED {name}: {text}", flush=True)


class FirstLight:
    def __init__(self, binary: Path, shared: Path, folder: Path, soak: bool):
        self.folder, self.soak = folder, soak
        self.chain = RealChain(folder, shared, period=2, rate=3)
        self.node = Martlet(binary, folder, self.chain)

    # ---- probes

    def head(self) -> int:
        return self.chain.rpc.number("eth_blockNumber")

    def at_head(self, seconds=30):
        def same():
            status = self.node.alive()
            latest = self.chain.rpc("eth_getBlockByNumber", "latest", False)
            return status and status["head"] and status["head"]["hash"] == latest["hash"]
        return wait_for("the node's head is the chain's", seconds, same)

    def landed(self) -> int:
        return int(self.node.admin("node_status")["bundles"]["landed"])

    def wait_landed(self, more: int, seconds: float) -> int:
        before = self.landed()
        return wait_for(f"{more} more bundles landed", seconds, lambda: (n := self.landed()) >= before + more and n, 1)

    # ---- the story

    def set_up(self):
        self.node.make_keys()
        self.executor = self.node.deploy_executor()
        self.first_block = self.head()
        code = self.chain.rpc("eth_getCode", self.executor, "latest")
        if len(code) < 200:
            raise Failure("no code at the deployed executor")
        return self.executor

    def dry_run_signs_nothing_away(self):
        """Without --live opportunities are found, built, simulated and recorded, and nothing is submitted."""
        self.node.start(live=False)
        self.at_head()
        wait_for("a simulated bundle", 90, lambda: int(self.node.admin("node_status")["bundles"]["simulated"]) > 0, 1)
        if self.chain.rpc("harness_bundles"):
            raise Failure("a dry run sent a bundle to the relay")
        code = self.node.terminate()
        if code != 0:
            raise Failure(f"SIGTERM ended the node with {code}")

    def lands_bundles(self):
        self.node.start()
        self.at_head()
        return f"{self.wait_landed(3, 180)} landed"

    def follows_an_unknown_router(self):
        """A swap through a contract that no table knows is followed: only running it can show what it does."""
        rpc, deployment = self.chain.rpc, self.chain.deployment
        tokens = {name: row["address"] for name, row in deployment["tokens"].items()}
        weth = tokens["WETH"]
        trader = batcher.Trader(rpc, 20, wait_for)
        router = trader.send(None, batcher.init_code())["contractAddress"]
        trader.send(weth, batcher.call("deposit()"), value=400 * 10**18)
        trader.send(weth, batcher.call("approve(address,uint256)", router, 2**255))
        pairs = [p for p in deployment["pools"] if p["kind"] == "v2" and "WETH" in (p["a"], p["b"])]
        sent = []
        for turn in range(12):
            pair = pairs[turn % len(pairs)]
            other = tokens[pair["b"] if pair["a"] == "WETH" else pair["a"]]
            state, is0 = chainstate.v2_state(rpc, pair["pool"]), int(weth, 16) < int(other, 16)
            reserves = int(state["reserve0"]), int(state["reserve1"])
            into, out_of = reserves if is0 else reserves[::-1]
            paid = into // 40
            # A little less than the pair would give: other trades may come first.
            got = out_of * paid * 997 // (into * 1000 + paid * 997) * 95 // 100
            swap = batcher.call("swap(uint256,uint256,address,bytes)", *((0, got) if is0 else (got, 0)), trader.account.address, 128, 0)
            data = batcher.batch((weth, batcher.call("transferFrom(address,address,uint256)", trader.account.address, pair["pool"], paid)),
                                 (pair["pool"], swap))
            try:
                sent.append(trader.send(router, data)["transactionHash"].lower())
            except AssertionError:
                continue
            landed = [b for b in self.node.admin("bundles_list", limit=50)["items"] if b["state"] == "landed"]
            if found := [b for b in landed if (b["targetTransaction"] or "").lower() in sent]:
                return f"target {found[0]['targetTransaction'][:10]}, {found[0]['netWei']} wei after {turn + 1} swaps"
        time.sleep(6)
        landed = [b for b in self.node.admin("bundles_list", limit=100)["items"] if b["state"] == "landed"]
        if not any((b["targetTransaction"] or "").lower() in sent for b in landed):
            raise Failure(f"none of {len(sent)} swaps through an unknown router was followed by a landed bundle")

    def predicted_equals_booked(self):
        """Every landed bundle netted what was predicted, to the wei: growth, tip and gas."""
        rows, after = [], None
        while True:
            page = self.node.admin("bundles_list", limit=100, **({"after": after} if after else {}))
            rows += page["items"]
            after = page.get("next")
            if not after:
                break
        landed = [r for r in rows if r["state"] == "landed"]
        wrong = [r for r in landed if r["predictedNetWei"] != r["netWei"]]
        if wrong or not landed:
            raise Failure(f"{len(wrong)} of {len(landed)} landed bundles netted something else: {wrong[:3]}")
        return f"{len(landed)} landed bundles"

    def predictions_hold(self):
        """The metric: no plan's run and no landed bundle differed from its prediction; the relay was not asked to simulate."""
        status = self.node.admin("node_status")
        said = status["predictions"]
        if int(said["differ"]) != 0 or int(said["verified"]) == 0:
            raise Failure(f"predictions: {said}")
        calls = self.chain.rpc("harness_calls")
        if "eth_callBundle" in json.dumps(calls):
            raise Failure("the relay was asked to simulate")
        return f"{said['verified']} verified, mempool {status['mempool']}, state {status['state']}"

    def survives_cut_sockets(self):
        for _ in range(3):
            self.chain.rpc("harness_dropWebSockets")
            time.sleep(3)
        self.at_head()
        return f"{self.wait_landed(1, 120)} landed"

    def survives_429s_and_errors(self):
        self.chain.rpc("harness_fault", {"latencyMs": 50, "errorRate": 0.15, "http429Rate": 0.15})
        try:
            time.sleep(20)
        finally:
            self.chain.rpc("harness_fault", {"latencyMs": 0, "errorRate": 0, "http429Rate": 0})
        self.at_head(60)

    def survives_a_reorg(self):
        self.chain.rpc("evm_reorg", "0x3")
        self.at_head(60)
        return f"{self.wait_landed(1, 120)} landed"

    def survives_kill_9(self):
        for _ in range(2):
            self.node.kill()
            time.sleep(2.5)
            self.node.start()
            self.at_head(60)
        return f"{self.wait_landed(1, 120)} landed"

    def pause_stops_signing(self):
        self.node.admin("node_pause")
        before = self.node.admin("node_status")
        time.sleep(8)
        after = self.node.admin("node_status")
        if not after["paused"] or after["bundles"]["submitted"] != before["bundles"]["submitted"]:
            raise Failure(f"paused node went on: {before['bundles']} then {after['bundles']}")
        self.node.admin("node_resume")
        return f"{self.wait_landed(1, 120)} landed"

    def ten_minutes(self):
        end = time.time() + 600
        turn = 0
        faults = [self.survives_cut_sockets, self.survives_429s_and_errors, self.survives_a_reorg, self.survives_kill_9]
        while time.time() < end:
            time.sleep(45)
            faults[turn % len(faults)]()
            turn += 1
        return f"{turn} faults, {self.landed()} landed"

    # ---- the judgement, with the chain standing still

    def freeze(self):
        self.chain.rpc("evm_setPeriod", -1)
        time.sleep(1)
        self.chain.rpc("evm_mine")
        self.at_head(60)
        time.sleep(3)

    def booked_equals_chain(self):
        rpc, weth = self.chain.rpc, self.chain.deployment["tokens"]["WETH"]["address"]
        growth = chainstate.balance(rpc, weth, self.executor)
        profit = self.node.admin("node_status")["profit"]
        if int(profit["executorGrowthWei"]) != growth:
            raise Failure(f"booked {profit['executorGrowthWei']}, the executor holds {growth}")
        if growth <= 0:
            raise Failure("nothing was earned")
        if rpc.number("eth_getBalance", self.executor, "latest") != 0:
            raise Failure("native coin was left in the executor")
        return f"{growth} wei"

    def gas_is_booked(self):
        receipts = [r for r in chainstate.receipts_to(self.chain.rpc, self.executor, self.first_block + 1, self.head())]
        spent = sum(int(r["gasUsed"], 16) * int(r["effectiveGasPrice"], 16) for r in receipts)
        booked = int(self.node.admin("node_status")["profit"]["gasPaidWei"])
        if spent != booked:
            raise Failure(f"gas paid {spent}, booked {booked}")
        return f"{len(receipts)} transactions, {spent} wei"

    def no_wrong_prediction(self):
        rows = self.chain.rpc("harness_bundles")
        wrong = [r for r in rows if "reverted" in r["outcome"]]
        included = sum(r["outcome"] == "included" for r in rows)
        if wrong:
            raise Failure(f"{len(wrong)} of {len(rows)} bundles reverted: {wrong[:3]}")
        return f"{included} of {len(rows)} bundles included, the others: {sorted({r['outcome'][:24] for r in rows} - {'included'})}"

    def pools_equal_chain(self):
        pools = {p["address"].lower(): p for p in self.all_pools()}
        expected = self.chain.deployment["pools"]
        if len(pools) != len(expected):
            raise Failure(f"{len(pools)} pools, the chain has {len(expected)}")
        ticks = 0
        for row in expected:
            ours = pools[row["pool"].lower()]
            theirs = (chainstate.v2_state(self.chain.rpc, row["pool"]) if row["kind"] == "v2"
                      else chainstate.v3_state(self.chain.rpc, row["pool"], row["tickSpacing"]))
            mine = {k: ours["state"][k] for k in theirs}
            if mine != theirs:
                raise Failure(f"pool {row['pool']}: ours {mine}, the chain's {theirs}")
            ticks += len(theirs.get("ticks", {}))
        return f"{len(expected)} pools, {ticks} ticks"

    def all_pools(self):
        rows, after = [], None
        while True:
            page = self.node.admin("pools_list", limit=100, ticks=True, **({"after": after} if after else {}))
            rows += page["items"]
            after = page.get("next")
            if not after:
                return rows

    def clean_end(self):
        code = self.node.terminate()
        if code != 0:
            raise Failure(f"SIGTERM ended the node with {code}")

    # ---- refusals: one clear line and the documented code

    def refusals(self):
        node, port = self.node, self.chain.port
        good = node.config.read_text()
        start = ["node", "--chain", "devnet", "--config", str(node.config)]
        wrong_chain = self.folder / "wrong-chain.toml"
        wrong_chain.write_text(good.replace("chain_id = 1337", "chain_id = 1338"))
        one_line(node.run("node", "--chain", "devnet", "--config", str(wrong_chain)), 3, r"chain 1337.*1338")
        unreachable = self.folder / "unreachable.toml"
        unreachable.write_text(good.replace(f"127.0.0.1:{port}", "127.0.0.1:1"))
        one_line(node.run("node", "--chain", "devnet", "--config", str(unreachable)), 4, r"127\.0\.0\.1:1")
        bad_password = self.folder / "bad-password"
        bad_password.write_text("wrong\n")
        bad_password.chmod(0o600)
        locked_out = self.folder / "bad-password.toml"
        locked_out.write_text(good.replace(str(self.folder / "password"), str(bad_password)))
        one_line(node.run("node", "--chain", "devnet", "--config", str(locked_out)), 5, r"password")
        node.start()
        other = self.folder / "same-data.toml"
        other.write_text(good.replace(str(node.socket), str(self.folder / "other.sock")))
        one_line(node.run("node", "--chain", "devnet", "--config", str(other)), 3, r"lock|in use|another")
        node.terminate()
        chains = self.folder / "chains"
        chains.mkdir(exist_ok=True)
        (chains / "devnet.toml").write_text('name = "devnet"\nreorg_depth = "many"\nblock_tme_ms = 3\n')
        done = node.run("node", "--chain", "devnet", "--chains-dir", str(chains), "--config", str(node.config))
        if done.returncode != 3 or "block_tme_ms" not in done.stderr or "reorg_depth is" not in done.stderr:
            raise Failure(f"malformed chain file: exit {done.returncode}: {done.stderr[:600]}")
        done = node.run(*start, "--nonsense")
        if done.returncode != 2 or "nonsense" not in done.stderr:
            raise Failure(f"unknown flag: exit {done.returncode}: {done.stderr[:300]}")

    def stop(self):
        self.node.stop()
        self.chain.stop()


def main() -> int:
    binary, shared, soak = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), "--soak" in sys.argv
    folder = Path(tempfile.mkdtemp(prefix="martlet-e2e-"))
    checks = Checks()
    story = FirstLight(binary, shared, folder, soak)
    try:
        checks.run("keys, configuration, executor deployed", story.set_up)
        checks.run("dry run finds, simulates, sends nothing; SIGTERM exits 0", story.dry_run_signs_nothing_away)
        checks.run("live: bundles land", story.lands_bundles)
        checks.run("a swap through an unknown router is followed", story.follows_an_unknown_router)
        if soak:
            checks.run("ten minutes of faults", story.ten_minutes)
        else:
            checks.run("cut sockets", story.survives_cut_sockets)
            checks.run("injected 429s, errors, latency", story.survives_429s_and_errors)
            checks.run("reorg of depth 3", story.survives_a_reorg)
            checks.run("kill -9 and restart, twice", story.survives_kill_9)
        checks.run("pause stops signing at once, resume goes on", story.pause_stops_signing)
        checks.run("the chain stands still", story.freeze)
        checks.run("booked profit = the executor's balance growth, to the wei", story.booked_equals_chain)
        checks.run("predicted = booked, to the wei, for every landed bundle", story.predicted_equals_booked)
        checks.run("no prediction differed, none was asked of the relay", story.predictions_hold)
        checks.run("gas booked = gas paid, to the wei", story.gas_is_booked)
        checks.run("no bundle reverted for a wrong prediction", story.no_wrong_prediction)
        checks.run("every pool's state and ticks equal the chain's", story.pools_equal_chain)
        checks.run("SIGTERM exits 0", story.clean_end)
        checks.run("refusals: one line, documented exit code", story.refusals)
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
