"""Runs a case on EELS (PyPI ethereum-execution), in process: what every transaction uses, the logs' hash and the state root.

A case is a JSON object:
  fork       name of the fork, as `FORKS` has it
  env        number, time, coinbase, gasLimit, baseFee, difficulty (or PREVRANDAO), excessBlobGas, blobBaseFee, blobGasLimit
  pre        address -> {nonce, balance, code, storage}
  txs        signed transactions, raw
Numbers are 0x-quantities. The hash of block n is keccak256 of n in decimal digits. Block rules hold (gas and blob gas of the
block run out), without the block's system calls, rewards and withdrawals. Chain id 1.
"""
import importlib
import sys

from ethereum.crypto.hash import keccak256
from ethereum.exceptions import EthereumException
from ethereum_rlp import rlp
from ethereum_rlp.exceptions import RLPException
from ethereum_types.bytes import Bytes, Bytes20, Bytes32
from ethereum_types.numeric import U64, U256, Uint

sys.setrecursionlimit(60_000)

# Ours -> the module of EELS. EELS's "constantinople" is Petersburg: the first version was never in use.
FORKS = {
    "frontier": "frontier", "homestead": "homestead", "tangerineWhistle": "tangerine_whistle",
    "spuriousDragon": "spurious_dragon", "byzantium": "byzantium", "petersburg": "constantinople", "istanbul": "istanbul",
    "berlin": "berlin", "london": "london", "paris": "paris", "shanghai": "shanghai", "cancun": "cancun", "prague": "prague",
    "osaka": "osaka",
}
ORDER = list(FORKS)
BLOBS = {"cancun": 6, "prague": 9, "osaka": 9}


class OracleFault(Exception):
    """EELS ended in a way that says nothing about the transaction."""


class Fork:
    def __init__(self, name):
        self.name, self.rank = name, ORDER.index(name)
        module = f"ethereum.forks.{FORKS[name]}"
        load = lambda part: importlib.import_module(f"{module}.{part}")
        self.fork, self.state, self.vm, self.transactions = load("fork"), load("state"), load("vm"), load("transactions")
        self.types, self.trie = load("fork_types"), load("trie")
        if name in BLOBS:
            self.gas = load("vm.gas")

    def at_least(self, name):
        return self.rank >= ORDER.index(name)


_loaded = {}


def fork(name):
    if name not in _loaded:
        _loaded[name] = Fork(name)
    return _loaded[name]


def number(text):
    return int(text, 16)


def data(text):
    return bytes.fromhex(text[2:])


_hashes = {}


def block_hash(n):
    if n not in _hashes:
        _hashes[n] = keccak256(str(n).encode())
    return _hashes[n]


def make_state(f, pre):
    state = f.state.State()
    for address, account in pre.items():
        where = f.types.Address(data(address))
        f.state.set_account(state, where, f.types.Account(
            nonce=Uint(number(account["nonce"])), balance=U256(number(account["balance"])), code=Bytes(data(account["code"]))))
        for key, value in account["storage"].items():
            f.state.set_storage(state, where, Bytes32(number(key).to_bytes(32, "big")), U256(number(value)))
    return state


def make_block(f, env, state):
    height = number(env["number"])
    arguments = dict(
        chain_id=U64(1), state=state, block_gas_limit=Uint(number(env["gasLimit"])),
        block_hashes=[block_hash(n) for n in range(max(0, height - 256), height)],
        coinbase=f.types.Address(data(env["coinbase"])), number=Uint(height), time=U256(number(env["time"])))
    if f.at_least("london"):
        arguments["base_fee_per_gas"] = Uint(number(env["baseFee"]))
    if f.at_least("paris"):
        arguments["prev_randao"] = Bytes32(number(env["difficulty"]).to_bytes(32, "big"))
    else:
        arguments["difficulty"] = Uint(number(env["difficulty"]))
    if f.at_least("cancun"):
        arguments["excess_blob_gas"] = U64(number(env["excessBlobGas"]))
        arguments["parent_beacon_block_root"] = Bytes32(bytes(32))
    return f.vm.BlockEnvironment(**arguments)


def decode(f, raw):
    if raw[0] >= 0xC0:
        kind = getattr(f.transactions, "LegacyTransaction", None) or f.transactions.Transaction
        return rlp.decode_to(kind, raw)
    if not f.at_least("berlin"):
        raise RLPException("typed transactions are not active")
    return f.transactions.decode_transaction(Bytes(raw))


def backup(f, state):
    return f.trie.copy_trie(state._main_trie), {k: f.trie.copy_trie(t) for k, t in state._storage_tries.items()}


def run(case):
    """The answer: {"txs": [{"gas": n} or {"rejected": why}], "logs": hash, "root": hash}."""
    f = fork(case["fork"])
    state = make_state(f, case["pre"])
    block, output = make_block(f, case["env"], state), f.vm.BlockOutput()
    answers, logs = [], ()
    for index, text in enumerate(case["txs"]):
        before, kept = output.block_gas_used, backup(f, state)
        try:
            f.fork.process_transaction(block, output, decode(f, data(text)), Uint(index))
            answers.append({"gas": int(output.block_gas_used - before)})
        except (EthereumException, RLPException) as refusal:
            state._main_trie, state._storage_tries = kept
            # A refusal that comes as an error of Python's numbers or slices is none of the rules'.
            answers.append({"rejected": f"{type(refusal).__name__} {refusal}"[:120]})
        except (RecursionError, MemoryError) as fault:
            raise OracleFault(f"{type(fault).__name__} {fault}"[:200]) from fault
        state._snapshots.clear() if hasattr(state, "_snapshots") else None
    root = f.state.state_root(state)
    return {"txs": answers, "logs": "0x" + keccak256(rlp.encode(output.block_logs)).hex(), "root": "0x" + root.hex()}


def blob_base_fee(fork_name, excess):
    return int(fork(fork_name).gas.calculate_blob_gas_price(U64(excess)))
