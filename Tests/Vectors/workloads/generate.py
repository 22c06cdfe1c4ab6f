#!/usr/bin/env python3
"""Writes workloads.json, our own benchmark set, and Sources/Conformance/OwnWorkloads.swift, which carries it in the program.

Hand-assembled code, in the shape of shared/evm-baseline/workloads.json; the gas and logs that every EVM must report are EELS's.
Run in the venv of scripts/fuzz-evm.sh.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests/Fuzz"))
import oracle  # noqa: E402
from assembler import Code  # noqa: E402
from cases import KEYS, SENDERS, seal, text, trimmed  # noqa: E402
from ethereum.crypto.hash import keccak256  # noqa: E402
from ethereum_types.numeric import Uint  # noqa: E402

MAIN, OTHER, CALLER = "0x" + "aa" * 20, "0x" + "bb" * 20, text(SENDERS[0])
BLOCK = dict(number=20_000_000, timestamp=1_750_000_000, gas_limit=4 * 10**12, coinbase="0x" + "fe" * 20, basefee=0)
BIG = int.from_bytes(keccak256(b"martlet"), "big") | 1 << 255 | 1
TRANSFER = 0xA9059CBB


def account(code=b"", storage=None, balance=0):
    return dict(code=text(code), storage=storage or {}, balance=hex(balance), nonce="0x1")


def loop(turns, body, unroll):
    """Stack inside: counter, operand, accumulator (top)."""
    c = Code()
    start = c.label()
    c.push(turns, 4).push(BIG, 32).push(BIG >> 3, 32).mark(start)
    for _ in range(unroll):
        body(c)
    c.op("SWAP2").push(1).op("SWAP1", "SUB", "SWAP2", "DUP3").at(start).op("JUMPI", "STOP")
    return c.finish()


def arithmetic(c):
    c.op("DUP2", "ADD").push(7).op("MUL", "DUP2", "XOR").push(3).op("SHR", "DUP2", "OR", "DUP2", "DUP2", "LT", "ADD")


def division(c):
    c.op("DUP1").push(BIG >> 130).op("SWAP1", "DIV", "DUP3", "ADD", "SWAP1", "POP", "DUP2", "SWAP1", "MOD").push(BIG >> 1).op("XOR")


def memory(c):
    c.push(64).op("MSTORE").push(64).op("MLOAD").push(1).op("ADD").push(96).push(64).push(128).op("MCOPY")


def keccak(c):
    c.push(0).op("MSTORE").push(64).push(0).op("KECCAK256")


def storage(c):
    c.op("DUP1").push(1).op("SSTORE").push(1).op("SLOAD").push(2).op("SLOAD", "ADD", "ADD")


def static_call(c):
    c.push(32).push(0).push(0).push(0).push(int(OTHER, 16), 20).op("GAS", "STATICCALL", "POP").push(0).op("MLOAD", "ADD")


def answer():
    return Code().push(42).push(0).op("MSTORE").push(32).push(0).op("RETURN").finish()


def token():
    """transfer(to, amount) with balances at keccak(account . 0), a Transfer event, true; anything else reverts."""
    c = Code()
    transfer, poor = c.label(), c.label()
    c.push(0).op("CALLDATALOAD").push(224).op("SHR", "DUP1").push(TRANSFER, 4).op("EQ").at(transfer).op("JUMPI")
    c.push(0).push(0).op("REVERT")
    c.mark(transfer).op("POP").push(36).op("CALLDATALOAD").push(0).push(32).op("MSTORE")
    c.op("CALLER").push(0).op("MSTORE").push(64).push(0).op("KECCAK256", "DUP1", "SLOAD")  # amount, slot, balance
    c.op("DUP3", "DUP2", "LT").at(poor).op("JUMPI").op("DUP3", "SWAP1", "SUB", "SWAP1", "SSTORE")
    c.push(4).op("CALLDATALOAD").push(0).op("MSTORE").push(64).push(0).op("KECCAK256", "DUP1", "SLOAD", "DUP3", "ADD", "SWAP1", "SSTORE")
    c.push(0).op("MSTORE").push(4).op("CALLDATALOAD", "CALLER").push(int.from_bytes(keccak256(b"Transfer(address,address,uint256)"), "big"))
    c.push(32).push(0).op("LOG3").push(1).push(0).op("MSTORE").push(32).push(0).op("RETURN")
    c.mark(poor).push(0).push(0).op("REVERT")
    return c.finish()


def driver(turns):
    """Makes `turns` transfers of 1 from itself."""
    c = Code()
    start, bad = c.label(), c.label()
    c.push(TRANSFER << 224, 32).push(0).op("MSTORE").push(0xD0D0, 20).push(4).op("MSTORE").push(1).push(36).op("MSTORE")
    c.push(turns, 4).mark(start)
    c.push(32).push(128).push(68).push(0).push(0).push(int(OTHER, 16), 20).op("GAS", "CALL", "ISZERO").at(bad).op("JUMPI")
    c.push(128).op("MLOAD", "ISZERO").at(bad).op("JUMPI")
    c.push(1).op("SWAP1", "SUB", "DUP1").at(start).op("JUMPI", "STOP").mark(bad).op("INVALID")
    return c.finish()


def build():
    slot = "0x" + keccak256(bytes(12) + bytes.fromhex(MAIN[2:]) + bytes(32)).hex()
    cases = []

    def add(name, kind, code, iterations, gas=2 * 10**9, **others):
        pre = {MAIN: account(code), CALLER: account(balance=10**30), **{OTHER: a for a in others.values()}}
        cases.append(dict(name=name, kind=kind, iterations=iterations, to=MAIN, data="0x", gas=gas, pre=pre))

    add("empty-frame", "call", b"\x00", 1, 10**6)
    for name, body, unroll, turns in [
            ("own-arithmetic", arithmetic, 16, 2_000), ("own-division", division, 16, 2_000), ("own-memory", memory, 16, 2_000),
            ("own-keccak", keccak, 16, 2_000), ("own-storage", storage, 8, 2_000)]:
        add(name, "micro", loop(turns, body, unroll), unroll * turns)
    add("own-staticcall", "micro", loop(1_000, static_call, 8), 8_000, other=account(answer()))
    add("own-transfers", "contract", driver(4_000), 4_000, other=account(token(), {slot: hex(10**24)}))
    add("one-own-transfer", "call", driver(1), 1, 10**6, other=account(token(), {slot: hex(10**24)}))
    return cases


def expectation(case):
    """Gas and logs by EELS, which needs the gas as one transaction of a block."""
    f = oracle.fork("cancun")
    state = oracle.make_state(f, case["pre"])
    env = dict(number=hex(BLOCK["number"]), time=hex(BLOCK["timestamp"]), gasLimit=hex(BLOCK["gas_limit"]), coinbase=BLOCK["coinbase"],
               baseFee="0x0", difficulty="0x0", excessBlobGas="0x0")
    block, output = oracle.make_block(f, env, state), f.vm.BlockOutput()
    fields = [trimmed(1), b"", trimmed(case["gas"]), oracle.data(case["to"]), b"", oracle.data(case["data"])]
    f.fork.process_transaction(block, output, oracle.decode(f, seal(KEYS[0], 0, fields, True)), Uint(0))
    return dict(gas=int(output.block_gas_used), logs=len(output.block_logs))


def main():
    cases = build()
    for case in cases:
        case["expect"] = expectation(case)
        print(case["name"], case["expect"], flush=True)
    file = dict(caller=CALLER, fork="Cancun", block=BLOCK, cases=cases)
    (HERE / "workloads.json").write_text(json.dumps(file, indent=1) + "\n")
    lines = json.dumps(file, indent=1).split("\n")
    swift = ["// Generated by Tests/Vectors/workloads/generate.py; do not edit.", "", "extension Workload {",
             "    /// The program's own set: hand-assembled loops, calls and token transfers, with EELS's gas.",
             "    public static func own() throws(WorkloadError) -> [Workload] { try read(Array(ownText.utf8)) }", "",
             "    private static let ownText = #\"\"\"", *("        " + line for line in lines), "        \"\"\"#", "}"]
    (ROOT / "Sources/Conformance/OwnWorkloads.swift").write_text("\n".join(swift) + "\n")


if __name__ == "__main__":
    main()
