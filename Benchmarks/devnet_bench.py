#!/usr/bin/env python3
"""The devnet beside ../shared/realchain: blocks of 200 swaps, and eth_call.

    devnet_bench.py MARTLET SHARED

Both chains have a market of the same shape; the same swaps are signed for each, sent before the clock starts, and sealed by one evm_mine, which is
timed. eth_call asks getReserves in batches of 200 on one connection. Wall time, best and median. Needs realchain's Python environment.
"""
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from eth_abi import encode
from eth_account import Account
from eth_utils import keccak, to_checksum_address

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests" / "EndToEnd"))
from devnet_market import OwnDevnet  # noqa: E402
from harness import RealChain  # noqa: E402

SWAPS, TRADERS = 200, range(2, 8)
SWAP = keccak(text="swapExactTokensForTokens(uint256,uint256,address[],address,uint256)")[:4]
RESERVES = "0x" + keccak(text="getReserves()")[:4].hex()


class Market:
    """One of the two chains, sealing on evm_mine only."""

    def __init__(self, chain):
        self.rpc, self.url, deployment = chain.rpc, chain.url, chain.deployment
        self.tokens = [to_checksum_address(deployment["tokens"][name]["address"]) for name in ("WETH", "USDC")]
        self.router = to_checksum_address(deployment["v2"]["A"]["router"])
        self.pool = next(p["pool"] for p in deployment["pools"] if p["kind"] == "v2" and p["venue"] == "A")
        self.chain_id = int(self.rpc("eth_chainId"), 16)
        self.keys = [Account.from_key(i.to_bytes(32, "big")) for i in TRADERS]
        self.nonces = [int(self.rpc("eth_getTransactionCount", k.address, "latest"), 16) for k in self.keys]

    def swap(self, index: int) -> str:
        """A signed swap of 10^14 wei of WETH for USDC."""
        at = index % len(self.keys)
        key, nonce = self.keys[at], self.nonces[at]
        self.nonces[at] += 1
        body = encode(["uint256", "uint256", "address[]", "address", "uint256"], [10**14 + index, 0, self.tokens, key.address, 2**63])
        signed = key.sign_transaction({
            "chainId": self.chain_id, "nonce": nonce, "to": self.router, "value": 0, "gas": 149_000, "type": 2,
            "maxFeePerGas": 10**12, "maxPriorityFeePerGas": 10**9, "data": SWAP + body})  # fmt: skip
        return "0x" + bytes(signed.raw_transaction).hex()

    def batch(self, calls: list[tuple[str, list]]) -> list:
        body = [{"jsonrpc": "2.0", "id": i, "method": m, "params": p} for i, (m, p) in enumerate(calls)]
        answers = self.rpc.session.post(self.url, json=body, timeout=120).json()
        for answer in answers:
            if "error" in answer:
                raise SystemExit(f"{self.url}: {answer['error']}")
        return [a["result"] for a in sorted(answers, key=lambda a: a["id"])]

    def blocks(self, count: int) -> tuple[list[float], int]:
        """Seconds that each block of 200 swaps took to seal, and the gas of the last."""
        times, gas = [], 0
        for number in range(count):
            raw = [self.swap(number * SWAPS + i) for i in range(SWAPS)]
            for start in range(0, SWAPS, 50):
                self.batch([("eth_sendRawTransaction", [r]) for r in raw[start : start + 50]])
            began = time.perf_counter()
            self.rpc("evm_mine")
            times.append(time.perf_counter() - began)
            block = self.rpc("eth_getBlockByNumber", "latest", False)
            receipts = self.rpc("eth_getBlockReceipts", block["number"])
            failed = [r for r in receipts if int(r["status"], 16) != 1]
            if len(receipts) != SWAPS or failed:
                raise SystemExit(f"{self.url}: a block has {len(receipts)} of {SWAPS} swaps, {len(failed)} of them failed")
            gas = int(block["gasUsed"], 16)
        return times, gas

    def calls(self, batches: int) -> list[float]:
        """eth_call a second, for each batch."""
        calls = [("eth_call", [{"to": self.pool, "data": RESERVES}, "latest"])] * 200
        rates = []
        for _ in range(batches):
            began = time.perf_counter()
            answers = self.batch(calls)
            rates.append(len(calls) / (time.perf_counter() - began))
            if len(set(answers)) != 1 or len(answers[0]) != 2 + 192:
                raise SystemExit(f"{self.url}: getReserves answered {answers[0]}")
        return rates


def measure(chain, blocks: int, batches: int) -> dict:
    market = Market(chain)
    market.calls(1)
    rates = market.calls(batches)
    times, gas = market.blocks(blocks)
    return {"calls": max(rates), "callsMedian": statistics.median(rates), "block": min(times), "blockMedian": statistics.median(times), "gas": gas}


def main() -> int:
    martlet, shared = (Path(a).resolve() for a in sys.argv[1:3])
    folder = Path(tempfile.mkdtemp(prefix="martlet-bench-"))
    found = {}
    try:
        for name, open_chain, blocks, batches in (
            ("martlet devnet", lambda: OwnDevnet(martlet, folder, "--no-mining"), 20, 50),
            ("realchain", lambda: RealChain(folder, shared, period=-1, rate=0), 2, 3),
        ):  # fmt: skip
            chain = open_chain()
            try:
                found[name] = measure(chain, blocks, batches)
            finally:
                chain.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'':16} {'eth_call/s':>12} {'median':>10} {'200 swaps, s':>14} {'median':>8} {'blocks/s':>10} {'gas':>12}")
    for name, row in found.items():
        print(f"{name:16} {row['calls']:12,.0f} {row['callsMedian']:10,.0f} {row['block']:14.4f} {row['blockMedian']:8.4f} "
              f"{1 / row['block']:10.1f} {row['gas']:12,}")  # fmt: skip
    ours, theirs = found["martlet devnet"], found["realchain"]
    print(f"devnet / realchain: eth_call {ours['calls'] / theirs['calls']:.0f} times as many, blocks {theirs['block'] / ours['block']:.0f} times as fast")
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
