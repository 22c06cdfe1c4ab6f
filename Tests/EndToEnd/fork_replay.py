#!/usr/bin/env python3
"""`martlet simulate` on a chain that we did not write: every mined transaction again, on the state of its block's parent.

    fork_replay.py BINARY SHARED [--blocks N]

Prints one line a check and ends with `N passed, M failed`.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from harness import Failure, RealChain, free_port, one_line


class TamperingProxy:
    """Passes JSON-RPC on to a node and lets `change(method, params, answer)` replace one answer."""

    def __init__(self, target: str):
        self.change = lambda method, params, answer: answer
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked = json.loads(body)
                answers = requests.post(target, data=body, headers={"Content-Type": "application/json"}, timeout=60).json()
                calls = asked if isinstance(asked, list) else [asked]
                by_id = {a["id"]: a for a in (answers if isinstance(answers, list) else [answers])}
                out = [proxy.change(c["method"], c.get("params", []), by_id[c["id"]]) for c in calls]
                text = out if isinstance(asked, list) else out[0]
                data = text.encode() if isinstance(text, str) else json.dumps(text).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class ForkReplay:
    def __init__(self, binary: Path, shared: Path, folder: Path, blocks: int):
        self.binary, self.folder, self.blocks = binary.resolve(), folder, blocks
        self.chain = RealChain(folder, shared, period=0, rate=12)
        self.proxy = TamperingProxy(self.chain.url)

    def run(self, *arguments: str, url: str | None = None, cache: str = "cache") -> subprocess.CompletedProcess:
        command = [str(self.binary), "simulate", "--fork", url or self.chain.url, "--cache", str(self.folder / cache), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=170, cwd=self.folder)

    def lines(self, done: subprocess.CompletedProcess) -> list:
        if done.returncode != 0:
            raise Failure(f"exit {done.returncode}: {done.stderr.strip()[-800:]}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]

    def refused(self, done, code: int, words: str):
        """One line beside the fork's budget, and the exit code."""
        done.stderr = "\n".join(line for line in done.stderr.splitlines() if not line.startswith("fork: "))
        one_line(done, code, words)

    # ---- the checks

    def traffic_is_mined(self):
        start = self.chain.rpc.number("eth_blockNumber")
        end = time.time() + 40
        while time.time() < end and self.chain.rpc.number("eth_blockNumber") < self.blocks:
            time.sleep(0.5)
        self.head = self.chain.rpc.number("eth_blockNumber")
        self.chain.rpc("evm_setPeriod", -1)
        time.sleep(1)
        return f"{self.head} blocks, {self.head - start} of them traffic"

    def receipts(self, first: int, last: int) -> dict:
        return {r["transactionHash"]: r for n in range(first, last + 1) for r in self.chain.rpc("eth_getBlockReceipts", hex(n))}

    def every_transaction_again(self):
        """Status, gas used and logs of every mined transaction are the receipt's."""
        expected = self.receipts(1, self.head)
        start = time.time()
        ours = self.lines(self.run("--blocks", f"1..{self.head}", "--json"))
        spent = time.time() - start
        if [o["transaction"] for o in ours] != list(expected):
            raise Failure(f"{len(ours)} replayed, {len(expected)} mined")
        wrong = []
        for o in ours:
            r = expected[o["transaction"]]
            logs = [(l["address"].lower(), l["topics"], l["data"]) for l in r["logs"]]
            mine = [(l["address"], l["topics"], l["data"]) for l in o["logs"]]
            if o["status"] != r["status"] or o["gasUsed"] != int(r["gasUsed"], 16) or logs != mine:
                wrong.append((o["block"], o["transaction"], o["status"], o["gasUsed"], int(r["gasUsed"], 16)))
        if wrong:
            raise Failure(f"{len(wrong)} of {len(ours)} differ, first {wrong[:3]}")
        self.sample = [o["transaction"] for o in ours[-6:]]
        return f"{len(ours)} transactions of {self.head} blocks in {spent:.1f} s"

    def compare_says_the_same(self):
        first = max(1, self.head - 30)
        out = self.lines(self.run("--blocks", f"{first}..{self.head}", "--compare", "--json"))
        if any(o["differences"] for o in out):
            raise Failure(str([o["differences"] for o in out if o["differences"]][:3]))
        return f"{len(out)} transactions"

    def offline_again(self):
        """What was run once runs again without the node, and what was not says so."""
        online = self.lines(self.run("--tx", self.sample[0], "--json"))
        dead = f"http://127.0.0.1:{self.chain.port}"
        if self.lines(self.run("--tx", self.sample[0], "--offline", "--chain", "devnet", "--json", url=dead)) != online:
            raise Failure("another answer offline")
        self.refused(self.run("--tx", "0x" + "cd" * 32, "--offline", "--chain", "devnet"), 4, "offline")

    def a_sample_is_proven(self):
        out = self.lines(self.run("--verify", *[a for h in self.sample for a in ("--tx", h)], "--json", cache="cache-verify"))
        if len(out) != len(self.sample):
            raise Failure(f"{len(out)} of {len(self.sample)}")
        return f"{len(out)} transactions"

    def a_lie_is_caught(self):
        """One answer changed: --verify fails and names the account."""
        tx = self.chain.rpc("eth_getTransactionByHash", self.sample[0])
        victim = tx["from"].lower()

        def lie(member):
            def change(method, params, answer):
                if method == "eth_getProof" and params[0].lower() == victim:
                    result = dict(answer["result"])
                    if member == "proof":
                        proof = list(result["accountProof"])
                        proof[-1] = proof[-1][:-2] + ("00" if proof[-1][-2:] != "00" else "01")
                        result["accountProof"] = proof
                    else:
                        result[member] = hex(int(result[member], 16) + 1)
                    return {**answer, "result": result}
                return answer
            return change

        for index, member in enumerate(("balance", "nonce", "proof")):
            self.proxy.change = lie(member)
            done = self.run("--verify", "--tx", self.sample[0], url=self.proxy.url, cache=f"cache-lie-{index}")
            self.refused(done, 4, victim)

        code_of = tx["to"].lower() if tx["to"] else None
        target = next(a for a in (code_of,) if a and len(self.chain.rpc("eth_getCode", a, "latest")) > 2) if code_of and len(
            self.chain.rpc("eth_getCode", code_of, "latest")) > 2 else None
        if target:
            self.proxy.change = lambda m, p, a: {**a, "result": "0x6001"} if m == "eth_getCode" and p[0].lower() == target else a
            self.refused(self.run("--verify", "--tx", self.sample[0], url=self.proxy.url, cache="cache-lie-code"), 4, target)
        self.proxy.change = lambda m, p, a: a
        self.lines(self.run("--verify", "--tx", self.sample[0], "--json", url=self.proxy.url, cache="cache-lie-0"))
        return "balance, nonce, proof" + (", code" if target else "")

    def call_agrees(self):
        token = self.chain.rpc("eth_getTransactionReceipt", self.sample[-1])["logs"]
        address = token[0]["address"] if token else next(iter(self.receipts(1, 40).values()))["contractAddress"]
        out = self.lines(self.run("--call", f"{address},0x18160ddd", "--compare", "--json"))
        if out[0]["differences"]:
            raise Failure(str(out[0]["differences"]))
        return f"{address} totalSupply"

    # ---- bad input

    def unknown_block(self):
        self.refused(self.run("--block", "99999999", "--call", "0x" + "11" * 20), 1, "99999999")

    def unknown_transaction(self):
        self.refused(self.run("--tx", "0x" + "ab" * 32), 1, "does not know")

    def pruned_node(self):
        def change(method, params, answer):
            if method in ("eth_getProof", "eth_getBalance", "eth_getTransactionCount", "eth_getStorageAt", "eth_getCode"):
                return {"jsonrpc": "2.0", "id": answer["id"], "error": {"code": -32000, "message": "missing trie node 00 (path ) state is not available"}}
            return answer
        self.proxy.change = change
        self.refused(self.run("--tx", self.sample[1], url=self.proxy.url, cache="cache-pruned"), 4, "archive")
        self.proxy.change = lambda m, p, a: a

    def nonsense(self):
        for word in ({"result": "bananas"}, {"result": {"a": [1]}}, {"result": None}):
            self.proxy.change = lambda m, p, a: {"jsonrpc": "2.0", "id": a["id"], **word} if m.startswith("eth_getB") or m == "eth_getProof" else a
            done = self.run("--tx", self.sample[2], url=self.proxy.url, cache="cache-nonsense")
            if done.returncode not in (1, 4):
                raise Failure(f"{word}: exit {done.returncode}: {done.stderr[-300:]}")
            self.refused(done, done.returncode, "nonsense|answered|does not know")
        self.proxy.change = lambda m, p, a: a
        self.lines(self.run("--tx", self.sample[2], "--json", url=self.proxy.url, cache="cache-nonsense"))

    def dead_peer(self):
        self.refused(self.run("--tx", self.sample[0], url=f"http://127.0.0.1:{free_port()}"), 4, "127.0.0.1")

    def bad_bundle(self):
        path = self.folder / "bundle.json"
        good = "0x02f8"
        for text, words in (('{"txs":["0x01","zz"]}', "tx 0"), ('{"txs":[]}', "missing txs"), ("[", "JSON"), (json.dumps({"txs": [good]}), "tx 0")):
            path.write_text(text)
            self.refused(self.run("--bundle", str(path)), 2, words)

    def bad_usage(self):
        for arguments in ((), ("--tx", "0x12"), ("--raw", "0x00"), ("--blocks", "5..1"), ("--call", "0x12"), ("--block", "soon", "--call", "0x" + "11" * 20)):
            done = self.run(*arguments)
            if done.returncode != 2:
                raise Failure(f"{arguments}: exit {done.returncode}")

    def full_disk(self):
        """A cache on a disk that is full, from the start or while it is written, costs nothing but itself, and works once there is room."""
        usual = self.lines(self.run("--tx", self.sample[3], "--json", "--no-cache"))
        script = (
            'mount -t tmpfs -o size=4m none "$0" || exit 77; head -c 4194304 /dev/zero >"$0/fill" 2>/dev/null; truncate -s -"$1" "$0/fill"; shift; "$@" '
            '|| exit 78; rm "$0/fill"; "$@" || exit 79; "$@" --offline --chain devnet')
        for room in ("0", "100000"):
            folder = self.folder / f"disk-{room}"
            folder.mkdir()
            command = ["unshare", "-m" if os.geteuid() == 0 else "-rm", "bash", "-c", script, str(folder), room, str(self.binary), "simulate", "--fork",
                       self.chain.url, "--cache", str(folder / "cache"), "--tx", self.sample[3], "--json"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=170)
            if self.lines(done) != usual * 3:
                raise Failure(f"room {room}: other answers on a full disk: {done.stdout[:300]}")
            if "no cache" not in done.stderr and "disk" not in done.stderr and "space" not in done.stderr:
                raise Failure(f"room {room}: nothing was said: {done.stderr[:500]}")

    def all(self):
        return [self.traffic_is_mined, self.every_transaction_again, self.compare_says_the_same, self.offline_again, self.a_sample_is_proven,
                self.a_lie_is_caught, self.call_agrees, self.unknown_block, self.unknown_transaction, self.pruned_node, self.nonsense,
                self.dead_peer, self.bad_bundle, self.bad_usage, self.full_disk]


def main():
    binary, shared = Path(sys.argv[1]), Path(sys.argv[2])
    blocks = int(sys.argv[sys.argv.index("--blocks") + 1]) if "--blocks" in sys.argv else 300
    folder = Path(tempfile.mkdtemp(prefix="martlet-fork-"))
    passed = failed = 0
    test = ForkReplay(binary, shared, folder, blocks)
    try:
        for check in test.all():
            name, start = check.__name__.replace("_", " "), time.time()
            try:
                note = check() or ""
                passed += 1
                print(f"  ok    {name} ({time.time() - start:.0f} s) {note}", flush=True)
            except Exception as error:  # a failed check must not hide the others
                failed += 1
                text = str(error) if isinstance(error, Failure) else traceback.format_exc()
                print(f"  FAILED {name}: {text}", flush=True)
    finally:
        test.proxy.stop()
        test.chain.stop()
        if failed == 0:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"  left behind: {folder}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
