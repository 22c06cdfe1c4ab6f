#!/usr/bin/env python3
"""Simulations of [swap, 3-hop arbitrage] a second, on a warm state, beside the same through a node's eth_callBundle.

    simulate_bench.py MARTLET BENCH SHARED

Starts ../shared/realchain (genuine Uniswap contracts) and the node in live mode, waits for a landed bundle of three hops behind a user's swap, reads
the state of the block before it, and times both transactions there: by Martlet's EVM (CPU time of its thread), by the relay over HTTP (wall time).
Needs realchain's Python environment (REALCHAIN_HOME) and builds of both programs.
"""
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rlp
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_utils import keccak

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests" / "EndToEnd"))
from harness import Martlet, RealChain, wait_for  # noqa: E402


def raw(tx: dict) -> str:
    """The signed encoding of a type 0, 1 or 2 transaction, from its RPC object."""
    number = lambda name: int(tx[name], 16)
    data = lambda text: bytes.fromhex((text or "0x")[2:])
    lists = [[data(e["address"]), [data(k) for k in e["storageKeys"]]] for e in tx.get("accessList") or []]
    tail = [data(tx["to"]), number("value"), data(tx["input"])]
    kind = number("type")
    if kind == 0:
        fields = [number("nonce"), number("gasPrice"), number("gas"), *tail, number("v"), number("r"), number("s")]
        return "0x" + rlp.encode(fields).hex()
    prices = [number("gasPrice")] if kind == 1 else [number("maxPriorityFeePerGas"), number("maxFeePerGas")]
    parity = number("yParity") if "yParity" in tx else number("v")
    fields = [number("chainId"), number("nonce"), *prices, number("gas"), *tail, lists, parity, number("r"), number("s")]
    encoded = "0x" + (bytes([kind]) + rlp.encode(fields)).hex()
    if keccak(bytes.fromhex(encoded[2:])).hex() != tx["hash"][2:]:
        raise SystemExit("a transaction does not encode to its hash")
    return encoded


class Bench:
    def __init__(self, path: str, rpc, block: str):
        self.rpc, self.block = rpc, block
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request: dict) -> dict:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("martlet-simulate-bench ended")
        return json.loads(line)

    def warm(self, answer: dict) -> dict:
        """Reads what is missing until the bundle runs."""
        for _ in range(500):
            if "needs" not in answer:
                return answer
            more = {"accounts": [], "slots": [], "codes": []}
            for need in answer["needs"]:
                if "account" in need:
                    proof = self.rpc("eth_getProof", need["account"], [], self.block)
                    more["accounts"].append([need["account"], proof["balance"], proof["nonce"], proof["codeHash"]])
                elif "code" in need:
                    more["codes"].append(self.rpc("eth_getCode", need["code"], self.block))
                elif "slot" in need:
                    more["slots"].append([need["slot"], need["key"], self.rpc("eth_getStorageAt", need["slot"], need["key"], self.block)])
                else:
                    raise SystemExit(f"cannot read {need}")
            answer = self.ask(more)
        raise SystemExit("the bundle never has enough state")


def relay_time(chain: RealChain, transactions: list[str], block: int, rounds: int) -> list[float]:
    signer, times = Account.from_key((91).to_bytes(32, "big")), []
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_callBundle", "params": [
        {"txs": transactions, "blockNumber": hex(block), "stateBlockNumber": hex(block - 1)}]})
    signed = signer.sign_message(encode_defunct(text="0x" + keccak(text=body).hex()))
    header = {"X-Flashbots-Signature": f"{signer.address}:0x{bytes(signed.signature).hex()}", "Content-Type": "application/json"}
    for _ in range(rounds):
        start = time.perf_counter_ns()
        answer = chain.rpc.session.post(chain.url + "/relay", data=body, headers=header, timeout=60).json()
        times.append(time.perf_counter_ns() - start)
        if "error" in answer or any("error" in r or "revert" in r for r in answer["result"]["results"]):
            raise SystemExit(f"the relay says {answer}")
    return times


def main() -> int:
    martlet, bench_path, shared = (Path(a).resolve() for a in sys.argv[1:4])
    folder = Path(tempfile.mkdtemp(prefix="martlet-bench-"))
    chain = RealChain(folder, shared, period=2, rate=3)
    node = Martlet(martlet, folder, chain)
    try:
        node.make_keys()
        node.deploy_executor()
        node.start()

        def found():
            items = node.admin("bundles_list", limit=100)["items"]
            return next((b for b in items if b["state"] == "landed" and b["targetTransaction"] and int(b["legs"]) == 3), None)

        bundle = wait_for("a landed bundle of three hops behind a swap", 600, found, 2)
        node.terminate()
        chain.rpc("evm_setPeriod", -1)
        number = int(bundle["block"])
        parent, header = hex(number - 1), chain.rpc("eth_getBlockByNumber", hex(number), False)
        pair = [chain.rpc("eth_getTransactionByHash", bundle[k]) for k in ("targetTransaction", "transaction")]
        transactions = [raw(tx) for tx in pair]
        bench = Bench(str(bench_path), chain.rpc, parent)
        ran = bench.warm(bench.ask({"block": header, "chainID": chain.rpc("eth_chainId"),
                                    "transactions": [[r, tx["from"]] for r, tx in zip(transactions, pair)]}))
        receipts = [int(chain.rpc("eth_getTransactionReceipt", tx["hash"])["gasUsed"], 16) for tx in pair]
        # The chain and its traders would run on the other thread of the core that is measured.
        os.killpg(chain.process.pid, signal.SIGSTOP)
        try:
            result = bench.ask({"samples": 20_000})
        finally:
            os.killpg(chain.process.pid, signal.SIGCONT)
        slow = relay_time(chain, transactions, number, 30)
        print(f"[swap, 3-hop arbitrage], gas {ran['gasUsed']} (receipts {receipts}), warm state")
        print(f"  martlet        p50 {result['p50'] / 1e3:8.1f} us   p99 {result['p99'] / 1e3:8.1f} us   {result['perSecond']:>7} a second and core   "
              f"{float(result['allocations']):.2f} allocations")
        print(f"  eth_callBundle p50 {statistics.median(slow) / 1e3:8.1f} us   ratio {statistics.median(slow) / result['p50']:.0f}   (realchain, HTTP)")
        return 0 if ran["gasUsed"] == receipts and result["perSecond"] >= 10_000 else 1
    finally:
        node.stop()
        chain.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
