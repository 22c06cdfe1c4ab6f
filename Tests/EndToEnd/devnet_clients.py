#!/usr/bin/env python3
"""`martlet devnet` as independent clients see it: web3.py, eth-account, websockets and PyPI's trie, and beside ../shared/realchain.

    devnet_clients.py BINARY SHARED

Prints one line a check and ends with `N passed M failed`. About a minute and a half.
"""
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import requests
import rlp
import websockets
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from eth_utils import keccak
from trie import HexaryTrie
from web3 import Web3

BINARY, SHARED = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
ETHER = 10**18
B = lambda s: bytes.fromhex(s[2:])
key = lambda i: Account.from_key(i.to_bytes(32, "big"))


class Failure(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Failure(text)


class Devnet:
    """A devnet process on a free port."""

    def __init__(self, *options):
        self.process = subprocess.Popen(
            [BINARY, "devnet", "--port", "0", "--accounts", "numbers", "--balance", "1000000", "--quiet", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready: "):
            raise Failure(f"the devnet did not start: {line} {self.process.stderr.read()}")
        self.url = line.split()[1]
        self.ws = self.url.replace("http", "ws")
        self.port = int(self.url.rsplit(":", 1)[1])
        self.session, self.web3 = requests.Session(), Web3(Web3.HTTPProvider(self.url))

    def raw(self, method, *params, path="", headers=None):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        return self.session.post(self.url + path, data=body, headers={"Content-Type": "application/json", **(headers or {})}, timeout=60)

    def __call__(self, method, *params):
        out = self.raw(method, *params).json()
        if "error" in out:
            raise Failure(f"{method}: {out['error']}")
        return out["result"]

    def error(self, method, *params):
        return self.raw(method, *params).json().get("error", {})

    def number(self, method, *params):
        return int(self(method, *params), 16)

    def relay(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        signer = key(91)
        signature = signer.sign_message(encode_defunct(text="0x" + keccak(text=body).hex())).signature
        head = {"X-Flashbots-Signature": f"{signer.address}:0x{bytes(signature).hex()}"}
        out = self.session.post(self.url + "/relay", data=body, headers=head, timeout=60).json()
        if "error" in out:
            raise Failure(f"{method}: {out['error']}")
        return out["result"]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
        return self.process.returncode


# ---- a contract, assembled here

def assemble(*parts):
    """Opcodes as bytes, labels as strings: ">x" pushes the place of label "x:"."""
    code, places, fixes = b"", {}, []
    for part in parts:
        if isinstance(part, bytes):
            code += part
        elif part.startswith(">"):
            fixes.append((len(code) + 1, part[1:]))
            code += b"\x61\0\0"
        else:
            places[part[:-1]] = len(code)
            code += b"\x5b"
    for at, name in fixes:
        code = code[:at] + places[name].to_bytes(2, "big") + code[at + 2:]
    return code


H = bytes.fromhex
SELECT = lambda text: keccak(text=text)[:4]
TOPIC = keccak(text="Added(address,uint256)")
NO = B("0x08c379a0") + (32).to_bytes(32, "big") + (4).to_bytes(32, "big") + b"zero".ljust(32, b"\0")
RUNTIME = assemble(
    H("5f3560e01c"), H("80") + b"\x63" + SELECT("value()") + H("14"), ">value", H("57"),
    H("80") + b"\x63" + SELECT("add(uint256)") + H("14"), ">add", H("57"), H("5f5ffd"),
    "value:", H("5f545f5260205ff3"),
    "add:", H("6004358015"), ">zero", H("57"), H("5f5401805f555f52") + H("33") + b"\x7f" + TOPIC + H("60205fa200"),
    "zero:", b"\x7f" + NO[:32] + H("5f52") + b"\x7f" + NO[32:64] + H("602052") + b"\x7f" + NO[64:96] + H("604052")
    + b"\x7f" + NO[96:].ljust(32, b"\0") + H("606052") + H("60645ffd"))
CREATION = H("61") + len(RUNTIME).to_bytes(2, "big") + H("80600a5f395ff3").ljust(7, b"\0") + RUNTIME
ABI = [
    {"type": "function", "name": "value", "inputs": [], "outputs": [{"type": "uint256"}], "stateMutability": "view"},
    {"type": "function", "name": "add", "inputs": [{"name": "x", "type": "uint256"}], "outputs": [], "stateMutability": "nonpayable"},
    {"type": "event", "name": "Added", "anonymous": False, "inputs": [
        {"name": "who", "type": "address", "indexed": True}, {"name": "sum", "type": "uint256", "indexed": False}]},
]


class Clients:
    def __init__(self):
        self.passed = self.failed = 0
        self.net = Devnet()
        self.contract = None

    def run(self, name, body):
        start = time.time()
        try:
            note = body() or ""
            self.passed += 1
            print(f"  ok    {name} ({time.time() - start:.1f} s) {note}", flush=True)
        except Exception as error:  # a failed check must not hide the others
            self.failed += 1
            print(f"  FAILED {name}: {error if isinstance(error, Failure) else traceback.format_exc()}", flush=True)

    def send(self, account, **fields):
        w3 = self.net.web3
        fields = {"chainId": 1337, "nonce": w3.eth.get_transaction_count(account.address, "pending"), "gas": 300_000,
                  "maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**9, **fields}
        return w3.eth.send_raw_transaction(account.sign_transaction(fields).raw_transaction)

    # ---- web3.py

    def deploys_and_calls(self):
        w3, me = self.net.web3, key(1)
        receipt = w3.eth.wait_for_transaction_receipt(self.send(me, data=CREATION, gas=1_000_000))
        expect(receipt.status == 1, "the deployment failed")
        expect(bytes(w3.eth.get_code(receipt.contractAddress)) == RUNTIME, "another code than sent")
        self.contract = w3.eth.contract(receipt.contractAddress, abi=ABI)
        for x in (5, 7):
            built = self.contract.functions.add(x).build_transaction({"from": me.address, "nonce": w3.eth.get_transaction_count(me.address)})
            receipt = w3.eth.wait_for_transaction_receipt(w3.eth.send_raw_transaction(me.sign_transaction(built).raw_transaction))
            expect(receipt.status == 1 and receipt.gasUsed <= built["gas"], f"add({x}): {receipt}")
        expect(self.contract.functions.value().call() == 12, "value() is not 12")
        expect(self.contract.functions.value().call(block_identifier=w3.eth.block_number - 1) == 5, "the value one block ago")

    def sends_unlocked(self):
        w3 = self.net.web3
        before = w3.eth.get_balance(key(9).address)
        h = w3.eth.send_transaction({"from": key(2).address, "to": key(9).address, "value": 123})
        expect(w3.eth.wait_for_transaction_receipt(h).gasUsed == 21_000, "gas of a transfer")
        expect(w3.eth.get_balance(key(9).address) == before + 123, "balance")
        expect(key(1).address in w3.eth.accounts, "accounts")

    def reverts_have_reasons(self):
        data = "0x" + (SELECT("add(uint256)") + bytes(32)).hex()
        call = {"to": self.contract.address, "data": data}
        for method in ("eth_call", "eth_estimateGas"):
            error = self.net.error(method, call, "latest")
            expect(error.get("code") == 3 and error["message"] == "execution reverted: zero" and B(error["data"]) == NO, f"{method}: {error}")
        receipt = self.net.web3.eth.wait_for_transaction_receipt(self.send(key(1), to=self.contract.address, data=data))
        expect(receipt.status == 0 and not receipt.logs, "a reverted receipt")

    def events_and_filters(self):
        w3, c = self.net.web3, self.contract
        logs = c.events.Added().get_logs(from_block=0)
        expect([x["args"]["sum"] for x in logs] == [5, 12], "past events")
        by_topic = w3.eth.filter({"address": c.address, "topics": ["0x" + TOPIC.hex(), "0x" + key(3).address[2:].lower().rjust(64, "0")]})
        heads, pending = w3.eth.filter("latest"), w3.eth.filter("pending")
        h = self.send(key(3), to=c.address, data=SELECT("add(uint256)") + (1).to_bytes(32, "big"))
        new = by_topic.get_new_entries()
        expect(len(new) == 1 and new[0]["transactionHash"] == h, "the log filter")
        expect(by_topic.get_new_entries() == [] and len(by_topic.get_all_entries()) == 1, "the log filter again")
        expect([bytes(x) for x in heads.get_new_entries()] == [bytes(w3.eth.get_block("latest").hash)], "the block filter")
        expect(bytes(h) in [bytes(x) for x in pending.get_new_entries()], "the pending filter")
        expect(w3.eth.uninstall_filter(heads.filter_id) and not w3.eth.uninstall_filter(heads.filter_id), "uninstalling")

    def fee_history(self):
        h = self.net("eth_feeHistory", "0x4", "latest", [0, 50, 100])
        expect(len(h["baseFeePerGas"]) == 5 and len(h["reward"]) == 4 and len(h["baseFeePerBlobGas"]) == 5, str(h))
        for i, row in enumerate(h["baseFeePerGas"][:-1]):
            block = self.net("eth_getBlockByNumber", hex(int(h["oldestBlock"], 16) + i), False)
            expect(block["baseFeePerGas"] == row, "a base fee of the history")
        expect(self.net.web3.eth.fee_history(2, "latest").gasUsedRatio[-1] > 0, "ratio")
        expect(self.net.web3.eth.gas_price >= int(h["baseFeePerGas"][-1], 16), "gas price")

    def signing(self):
        account = key(4)
        by_node = self.net("eth_sign", account.address, "0x" + b"hello".hex())
        expect(Account.recover_message(encode_defunct(b"hello"), signature=by_node) == account.address, "eth_sign")
        data = {"types": {"EIP712Domain": [{"name": "name", "type": "string"}], "Mail": [{"name": "to", "type": "address"}, {"name": "n", "type": "uint256"}]},
                "primaryType": "Mail", "domain": {"name": "x"}, "message": {"to": account.address, "n": 7}}
        by_node = self.net("eth_signTypedData_v4", account.address, data)
        expect(Account.recover_message(encode_typed_data(full_message=data), signature=by_node) == account.address, "eth_signTypedData_v4")

    def proofs(self):
        address, count = self.contract.address, 0
        head = self.net.number("eth_blockNumber")
        for number in (head, head - 1, head - 3, 1):
            root = B(self.net("eth_getBlockByNumber", hex(number), False)["stateRoot"])
            for who in (address, key(1).address, "0x" + "77" * 20):
                proof = self.net("eth_getProof", who, ["0x0", "0x5"], hex(number))
                leaf = HexaryTrie.get_from_proof(root, keccak(B(who)), [rlp.decode(B(x)) for x in proof["accountProof"]])
                account = rlp.decode(leaf) if leaf else [b"", b"", B(proof["storageHash"]), B(proof["codeHash"])]
                expect(int.from_bytes(account[1], "big") == int(proof["balance"], 16) == self.net.number("eth_getBalance", who, hex(number)), "balance")
                for slot in proof["storageProof"]:
                    nodes = [rlp.decode(B(x)) for x in slot["proof"]]
                    value = HexaryTrie.get_from_proof(account[2], keccak(int(slot["key"], 16).to_bytes(32, "big")), nodes) if nodes else b""
                    got = int.from_bytes(rlp.decode(value), "big") if value else 0
                    expect(got == int(slot["value"], 16) == self.net.number("eth_getStorageAt", who, slot["key"], hex(number)), "slot")
                    count += 1
        return f"{count} slots"

    def raw_encodings(self):
        for number in range(self.net.number("eth_blockNumber") + 1):
            block = self.net("eth_getBlockByNumber", hex(number), True)
            expect(keccak(B(self.net("debug_getRawHeader", hex(number)))) == B(block["hash"]), "the header's hash")
            trie, receipts = HexaryTrie({}), HexaryTrie({})
            raw = self.net("debug_getRawReceipts", hex(number))
            for i, tx in enumerate(block["transactions"]):
                trie[rlp.encode(i)] = B(self.net("eth_getRawTransactionByHash", tx["hash"]))
                receipts[rlp.encode(i)] = B(raw[i])
            expect(trie.root_hash == B(block["transactionsRoot"]) and receipts.root_hash == B(block["receiptsRoot"]), "a root")

    def subscriptions(self):
        async def story():
            async with websockets.connect(self.net.ws, max_size=2**25) as ws:
                names, got = {}, {"newHeads": [], "logs": [], "hash": [], "body": []}
                for i, (name, params) in enumerate([
                        ("newHeads", ["newHeads"]), ("logs", ["logs", {"address": self.contract.address}]),
                        ("hash", ["newPendingTransactions"]), ("body", ["newPendingTransactions", True])]):
                    await ws.send(json.dumps({"jsonrpc": "2.0", "id": i, "method": "eth_subscribe", "params": params}))
                    names[json.loads(await ws.recv())["result"]] = name

                async def drain():
                    try:
                        while True:
                            m = json.loads(await asyncio.wait_for(ws.recv(), 0.5))
                            if "params" in m:
                                got[names[m["params"]["subscription"]]].append(m["params"]["result"])
                    except asyncio.TimeoutError:
                        pass

                h = await asyncio.to_thread(self.send, key(5), to=self.contract.address, data=SELECT("add(uint256)") + (2).to_bytes(32, "big"))
                await drain()
                expect(got["hash"] == ["0x" + h.hex().removeprefix("0x")] and got["body"][0]["hash"] == got["hash"][0], f"pending: {got}")
                expect(len(got["newHeads"]) == 1 and len(got["logs"]) == 1 and not got["logs"][0]["removed"], "head and log")
                await asyncio.to_thread(self.net, "evm_reorg", 1)
                await drain()
                expect([x["removed"] for x in got["logs"]] == [False, True, False], f"logs over a reorg: {got['logs']}")
                expect(len(got["newHeads"]) == 3, "heads over a reorg")
                first = next(iter(names))
                await ws.send(json.dumps({"jsonrpc": "2.0", "id": 9, "method": "eth_unsubscribe", "params": [first]}))
                expect(json.loads(await ws.recv())["result"] is True, "unsubscribe")
        asyncio.run(story())

    def controls(self):
        net, w3 = self.net, self.net.web3
        who = "0x" + "ab" * 20
        snapshot = net("evm_snapshot")
        net("anvil_setBalance", who, hex(5 * ETHER))
        net("anvil_impersonateAccount", who)
        receipt = w3.eth.wait_for_transaction_receipt(w3.eth.send_transaction({"from": Web3.to_checksum_address(who), "to": key(1).address, "value": ETHER}))
        expect(receipt.status == 1 and receipt["from"].lower() == who, "an impersonated transaction")
        net("hardhat_stopImpersonatingAccount", who)
        expect("unknown account" in net.error("eth_sendTransaction", {"from": who, "to": who})["message"], "impersonation does not end")
        net("anvil_setStorageAt", self.contract.address, "0x0", "0x" + "00" * 31 + "2a")
        expect(self.contract.functions.value().call() == 42, "anvil_setStorageAt")
        net("anvil_setCode", who, "0x602a5f5260205ff3")
        expect(int(net("eth_call", {"to": who}, "latest"), 16) == 42, "anvil_setCode")
        net("anvil_setNonce", who, "0x63")
        expect(net.number("eth_getTransactionCount", who, "latest") == 99, "anvil_setNonce")
        at = w3.eth.get_block("latest").timestamp
        net("evm_setNextBlockTimestamp", at + 1000)
        net("anvil_setNextBlockBaseFeePerGas", hex(7 * 10**9))
        net("evm_mine")
        head = w3.eth.get_block("latest")
        expect(head.timestamp == at + 1000 and head.baseFeePerGas == 7 * 10**9, "timestamp and base fee")
        net("evm_increaseTime", 500)
        net("evm_mine", {"blocks": 3})
        expect(w3.eth.get_block("latest").timestamp == at + 1000 + 501 + 2, "evm_increaseTime")
        net("evm_setAutomine", False)
        h = self.send(key(6), to=Web3.to_checksum_address(who), value=1)
        expect(net("eth_getTransactionReceipt", "0x" + bytes(h).hex()) is None and net("txpool_status")["pending"] == "0x1", "no automine")
        net("anvil_dropTransaction", "0x" + bytes(h).hex())
        expect(net("txpool_status")["pending"] == "0x0", "drop")
        net("evm_setAutomine", True)
        expect(net("evm_revert", snapshot) is True and w3.eth.get_balance(Web3.to_checksum_address(who)) == 0, "evm_revert")
        expect(net("evm_revert", snapshot) is False, "a snapshot is used up")

    def overrides_and_traces(self):
        net = self.net
        call = {"to": key(8).address, "data": "0x"}
        expect(net("eth_call", call, "latest", {key(8).address: {"code": "0x602a5f5260205ff3"}})[-2:] == "2a", "code override")
        number = net("eth_call", call, "latest", {key(8).address: {"code": "0x435f5260205ff3"}}, {"number": "0x1234"})
        expect(int(number, 16) == 0x1234, "block override")
        h = "0x" + bytes(self.send(key(1), to=self.contract.address, data=SELECT("add(uint256)") + (9).to_bytes(32, "big"))).hex()
        trace = net("debug_traceTransaction", h, {"tracer": "callTracer", "tracerConfig": {"withLog": True}})
        receipt = net("eth_getTransactionReceipt", h)
        expect(trace["gasUsed"] == receipt["gasUsed"] and len(trace["logs"]) == 1 and trace["type"] == "CALL", f"call tracer: {trace}")
        pre = net("debug_traceTransaction", h, {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}})
        slot = "0x" + "00" * 32
        before = int(pre["pre"][self.contract.address.lower()]["storage"][slot], 16)
        expect(int(pre["post"][self.contract.address.lower()]["storage"][slot], 16) == before + 9, "prestate tracer")
        steps = net("debug_traceTransaction", h)
        expect(steps["gas"] == int(receipt["gasUsed"], 16) and steps["structLogs"][-1]["op"] == "STOP", "struct logger")
        expect(net("debug_traceCall", {"from": key(1).address, "to": self.contract.address, "data": "0x" + SELECT("value()").hex()}, "latest", {"tracer": "callTracer"})["output"], "traceCall")

    # ---- relay

    def bundles(self):
        net = self.net
        net("evm_setAutomine", False)
        try:
            sign = lambda a, tip, n=0: "0x" + bytes(a.sign_transaction({
                "chainId": 1337, "to": self.contract.address, "gas": 200_000, "value": 0, "maxFeePerGas": 10**12, "maxPriorityFeePerGas": tip,
                "nonce": net.number("eth_getTransactionCount", a.address, "latest") + n, "data": SELECT("add(uint256)") + (1).to_bytes(32, "big")}).raw_transaction).hex()
            at = hex(net.number("eth_blockNumber") + 1)
            expect(net.raw("eth_sendBundle", {}, path="/relay").status_code == 403, "an unsigned bundle is taken")
            one, two = sign(key(10), 10**9), sign(key(11), 5 * 10**9)
            sim = net.relay("eth_callBundle", {"txs": [one, two], "blockNumber": at, "stateBlockNumber": "latest"})
            expect(net.relay("eth_sendBundle", {"txs": [one], "blockNumber": at, "replacementUuid": "a"}) != net.relay("eth_sendBundle", {"txs": [two], "blockNumber": at}), "hashes")
            net.relay("eth_cancelBundle", {"replacementUuid": "a"})
            private = net.relay("eth_sendPrivateTransaction", {"tx": one})
            expect(net("eth_getTransactionByHash", private) is None and net("txpool_status")["pending"] == "0x0", "a private transaction shows")
            net("evm_mine")
            block = net("eth_getBlockByNumber", "latest", False)
            expect(block["transactions"] == ["0x" + keccak(B(two)).hex(), private], "order")
            used = [int(net("eth_getTransactionReceipt", x)["gasUsed"], 16) for x in reversed(block["transactions"])]
            expect([x["gasUsed"] for x in sim["results"]] == used, "simulated gas")
            expect([x["outcome"] for x in net("harness_bundles")] == ["cancelled", "included"], str(net("harness_bundles")))
        finally:
            net("evm_setAutomine", True)

    # ---- robustness

    def garbage(self):
        rand = random.Random(1)
        for _ in range(60):
            with socket.create_connection(("127.0.0.1", self.net.port), timeout=5) as s:
                choice = rand.randrange(3)
                noise = rand.randbytes(rand.randrange(1, 400))
                if choice == 1:
                    noise = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(noise) + noise
                elif choice == 2:
                    s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    s.recv(4096)
                s.sendall(noise)
                if rand.random() < 0.5:
                    s.shutdown(socket.SHUT_WR)
                    s.settimeout(0.2)
                    try:
                        s.recv(4096)
                    except OSError:
                        pass
        big = requests.post(self.net.url, data=b"[" + b"1" * (33 << 20), timeout=60)
        expect(big.status_code == 413, f"a body of 33 MiB gives {big.status_code}")
        expect(self.net.number("eth_chainId") == 1337 and self.net.process.poll() is None, "the devnet is gone")

    def faults(self):
        self.net("harness_fault", {"latencyMs": 0, "errorRate": 1, "http429Rate": 0})
        expect(self.net.error("eth_chainId").get("message") == "injected failure", "errorRate")
        self.net("harness_fault", {"errorRate": 0, "http429Rate": 1})
        expect(self.net.raw("eth_chainId").status_code == 429, "http429Rate")
        self.net("harness_fault", {"http429Rate": 0})
        expect(self.net("harness_calls")["eth_chainId"] > 1, "harness_calls")

    def restarts_from_a_dump(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/state.json"
            first = Devnet("--dump-state", path)
            account = key(1)
            h = first.web3.eth.send_raw_transaction(account.sign_transaction({"chainId": 1337, "nonce": 0, "gas": 1_000_000, "gasPrice": 10**10, "value": 0, "data": CREATION}).raw_transaction)
            where = first.web3.eth.wait_for_transaction_receipt(h).contractAddress
            expect(first.stop() == 0 and os.path.getsize(path) > 1000, "the dump")
            second = Devnet("--load-state", path)
            try:
                expect(bytes(second.web3.eth.get_code(where)) == RUNTIME and second.web3.eth.get_transaction_count(account.address) == 1, "the loaded state")
            finally:
                second.stop()
            bad = subprocess.run([BINARY, "devnet", "--port", "0", "--load-state", "/nonexistent"], capture_output=True, text=True, timeout=30)
            expect(bad.returncode == 2 and bad.stderr.count("\n") == 1, f"a missing file: {bad.returncode} {bad.stderr}")

    # ---- beside realchain

    def equals_realchain(self):
        """The same signed transactions in the same blocks: seed and traffic of realchain on both, receipts and balances compared."""
        sys.path.insert(0, str(SHARED / "realchain"))
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        chain = subprocess.Popen([sys.executable, SHARED / "realchain/node.py", "--port", str(port), "--period", "-1", "--seed", "7"], stdout=subprocess.PIPE, text=True)
        ours = Devnet("--no-mining")
        try:
            chain.stdout.readline()
            theirs = f"http://127.0.0.1:{port}"
            env = {**os.environ, "REALCHAIN_MANUAL": "1"}
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run([sys.executable, SHARED / "realchain/seed.py", "--rpc", theirs, "--out", f"{folder}/d.json"], check=True, env=env, stdout=subprocess.DEVNULL)
                deployment = json.loads(Path(f"{folder}/d.json").read_text())
            os.environ["REALCHAIN_MANUAL"] = "1"
            from lib import Rpc
            from traffic import Traffic
            rpc = Rpc(theirs)
            traffic = Traffic(theirs, deployment, 5)
            for _ in range(12):
                for _ in range(10):
                    traffic.step()
                rpc("evm_mine")
            return self.replay(rpc, ours)
        finally:
            chain.kill()
            chain.wait()
            ours.stop()

    def replay(self, rpc, ours):
        """Every block of realchain again on the devnet: same transactions, order, timestamp, base fee and randomness."""
        count = reverted = 0
        touched = set()
        ours("anvil_setCoinbase", rpc("eth_getBlockByNumber", "0x1", False)["miner"])
        for number in range(1, rpc.int("eth_blockNumber") + 1):
            block = rpc("eth_getBlockByNumber", hex(number), True)
            ours("evm_setTime" if False else "evm_setNextBlockTimestamp", int(block["timestamp"], 16))
            ours("anvil_setNextBlockBaseFeePerGas", block["baseFeePerGas"])
            ours("anvil_setPrevRandao", block["mixHash"])
            bundle = [self.envelope(tx) for tx in block["transactions"]]
            if bundle:  # as a bundle in which all may fail, so that the order is theirs
                hashes = [tx["hash"] for tx in block["transactions"]]
                for at in range(0, len(bundle), 100):
                    ours("eth_sendBundle", {"txs": bundle[at:at + 100], "blockNumber": hex(number), "revertingTxHashes": hashes[at:at + 100]})
            ours("evm_mine")
            a, b = rpc("eth_getBlockReceipts", hex(number)), ours("eth_getBlockReceipts", hex(number))
            expect(len(a) == len(b), f"block {number}: {len(a)} receipts there, {len(b)} here: {ours('harness_bundles')[-1:]}")
            for x, y in zip(a, b):
                for name in ("transactionHash", "status", "gasUsed", "cumulativeGasUsed", "contractAddress", "logsBloom", "effectiveGasPrice", "type", "from", "to"):
                    expect(x[name] == y[name], f"{name} of {x['transactionHash']}: {x[name]} there, {y[name]} here")
                same = lambda r: [(l["address"], l["topics"], l["data"], l["logIndex"]) for l in r["logs"]]
                expect(same(x) == same(y), f"logs of {x['transactionHash']}")
                touched |= {x["from"], x["to"] or x["contractAddress"]}
                count, reverted = count + 1, reverted + (x["status"] == "0x0")
        for address in sorted(touched):
            for method in ("eth_getBalance", "eth_getTransactionCount", "eth_getCode"):
                expect(rpc(method, address, "latest") == ours(method, address, "latest"), f"{method} of {address}")
        expect(count > 200, f"only {count} transactions")
        return f"{count} transactions, {reverted} reverted, {len(touched)} accounts"

    @staticmethod
    def envelope(tx):
        """The signed bytes again, from the fields that the node shows."""
        q = lambda name: int(tx[name], 16)
        to, data = B(tx["to"]) if tx["to"] else b"", B(tx["input"])
        access = [[B(e["address"]), [B(k) for k in e["storageKeys"]]] for e in tx.get("accessList", [])]
        tail = [q("v"), q("r"), q("s")]
        if tx["type"] == "0x0":
            return "0x" + rlp.encode([q("nonce"), q("gasPrice"), q("gas"), to, q("value"), data, *tail]).hex()
        if tx["type"] == "0x1":
            return "0x01" + rlp.encode([q("chainId"), q("nonce"), q("gasPrice"), q("gas"), to, q("value"), data, access, *tail]).hex()
        return "0x02" + rlp.encode([q("chainId"), q("nonce"), q("maxPriorityFeePerGas"), q("maxFeePerGas"), q("gas"), to, q("value"), data, access, *tail]).hex()

    def realchains_own_checks(self):
        net = Devnet("--no-mining")
        try:
            out = subprocess.run([sys.executable, SHARED / "realchain/check.py", "--rpc", net.url], capture_output=True, text=True, timeout=170)
            last = out.stdout.strip().splitlines()[-1]
            bad = [line for line in out.stdout.splitlines() if line.startswith("FAIL")]
            expect(out.returncode == 0, f"{last} {bad} {out.stderr[-500:]}")
            return last
        finally:
            net.stop()

    def speed(self):
        net, address = self.net, self.contract.address
        call = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [{"to": address, "data": "0x" + SELECT("value()").hex()}, "latest"]}
        body = json.dumps([call] * 500)
        start, count = time.time(), 0
        while time.time() - start < 1.5:
            count += body.count("eth_call") if len(net.session.post(net.url, data=body, timeout=30).content) > 500 else 0
        return f"{count / (time.time() - start):.0f} eth_call/s in batches of 500"

    def story(self):
        steps = [self.deploys_and_calls, self.sends_unlocked, self.reverts_have_reasons, self.events_and_filters, self.fee_history, self.signing,
                 self.subscriptions, self.proofs, self.raw_encodings, self.overrides_and_traces, self.controls, self.bundles, self.garbage, self.faults,
                 self.speed, self.restarts_from_a_dump, self.equals_realchain, self.realchains_own_checks]
        try:
            for step in steps:
                self.run(step.__name__.replace("_", " "), step)
            self.run("SIGTERM ends it with 0", lambda: expect(self.net.stop() == 0, "another exit code"))
        finally:
            self.net.stop()


def main():
    clients = Clients()
    clients.story()
    print(f"{clients.passed} passed {clients.failed} failed")
    return 1 if clients.failed else 0


if __name__ == "__main__":
    sys.exit(main())
