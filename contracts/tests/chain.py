"""A bare chain over py-evm: every transaction is signed and stands in a block of its own, so accounts and slots start cold."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.metadata import files
from pathlib import Path

from eth.consensus.context import ConsensusContext
from eth.constants import BLANK_ROOT_HASH
from eth.db.atomic import AtomicDB
from eth.db.chain import ChainDB
from eth.rlp.headers import BlockHeader
from eth.vm.chain_context import ChainContext
from eth.vm.forks import PragueVM
from eth.vm.message import Message
from eth_abi import decode, encode
from eth_account import Account
from eth_utils import keccak, to_canonical_address, to_checksum_address
from rlp import encode as rlp_encode

CHAIN_ID = 1337
BASE_FEE = 10**9
COINBASE = to_checksum_address("0x" + "c0" * 20)
ZERO = "0x" + "00" * 20
CONTRACTS = Path(__file__).resolve().parent.parent


def account(number):
    """The account whose private key is this small number."""
    return Account.from_key(number.to_bytes(32, "big"))


def split_types(signature):
    inner, depth, types, word = signature[signature.index("(") + 1 : -1], 0, [], ""
    for char in inner:
        depth += (char == "(") - (char == ")")
        if char == "," and not depth:
            types.append(word)
            word = ""
        else:
            word += char
    return types + [word] if word else types


def call_data(signature, *arguments):
    return keccak(text=signature)[:4] + encode(split_types(signature), arguments)


@cache
def library(name):
    """Creation bytecode of a contract that the PyPI package web3-ethereum-defi ships: read, never imported, never copied here."""
    found = next(f for f in files("web3-ethereum-defi") if str(f).endswith("eth_defi/abi/ERC20MockDecimals.json"))
    code = json.loads((Path(found.locate()).parent / f"{name}.json").read_text())["bytecode"]
    return bytes.fromhex((code if isinstance(code, str) else code["object"]).removeprefix("0x"))


@cache
def compiled(path, old="", new=""):
    """Creation bytecode of one of our own Vyper sources, with one piece of it exchanged where asked for."""
    from vyper import compile_code

    source = (CONTRACTS / path).read_text()
    if old:
        assert source.count(old) == 1, f"{path} has not exactly one {old!r}"
        source = source.replace(old, new)
    return bytes.fromhex(compile_code(source, output_formats=["bytecode"])["bytecode"].removeprefix("0x"))


@cache
def executor_code():
    """Creation code of the committed artifact: what is tested is what is deployed."""
    return bytes.fromhex(json.loads((CONTRACTS / "artifacts/Executor.json").read_text())["creation"][2:])


@dataclass
class Receipt:
    ok: bool
    gas: int
    output: bytes
    logs: list
    created: str | None

    @property
    def reason(self):
        """The text of a revert: "" when there is none."""
        if self.ok or self.output[:4] != keccak(text="Error(string)")[:4]:
            return ""
        return decode(["string"], self.output[4:])[0]


class Chain:
    def __init__(self):
        self.context = ChainContext(CHAIN_ID)
        self.db = ChainDB(AtomicDB())
        state = PragueVM.build_state(self.db.db, BlockHeader(difficulty=0, block_number=-1, gas_limit=0), self.context)
        for number in range(1, 10):
            state.set_balance(to_canonical_address(account(number).address), 10**24)
        state.persist()
        genesis = PragueVM.create_genesis_header(
            gas_limit=30_000_000, timestamp=1_700_000_000, state_root=state.state_root, withdrawals_root=BLANK_ROOT_HASH
        )
        self.db.db[genesis.hash] = rlp_encode(genesis)
        self.head, self.root, self.number, self.time = genesis, state.state_root, 0, genesis.timestamp

    def snapshot(self):
        return self.root, self.number, self.time

    def restore(self, mark):
        self.root, self.number, self.time = mark

    def _vm(self, coinbase):
        header = self.head.copy(
            block_number=self.number,
            timestamp=self.time,
            state_root=self.root,
            coinbase=to_canonical_address(coinbase),
            base_fee_per_gas=BASE_FEE,
            gas_used=0,
            parent_hash=self.head.hash,
            difficulty=0,
        )
        vm = PragueVM(header=header, chaindb=self.db, chain_context=self.context, consensus_context=ConsensusContext(self.db.db))
        return vm, header

    def send(self, to, data=b"", value=0, key=1, gas=12_000_000, coinbase=COINBASE, keep=True):
        """One transaction in the next block. keep=False forgets what it did (a simulation)."""
        mark = self.snapshot()
        self.number += 1
        self.time += 12
        vm, header = self._vm(coinbase)
        sender = account(key)
        fields = {
            "type": 2, "chainId": CHAIN_ID, "nonce": vm.state.get_nonce(to_canonical_address(sender.address)), "gas": gas,
            "maxFeePerGas": BASE_FEE, "maxPriorityFeePerGas": 0, "value": value, "data": data,
        }  # fmt: skip
        if to is not None:
            fields["to"] = to_checksum_address(to)
        raw = bytes(sender.sign_transaction(fields).raw_transaction)
        receipt, computation = vm.apply_transaction(header, vm.get_transaction_builder().decode(raw))
        vm.state.persist()
        self.root = vm.state.state_root
        if not keep:
            self.restore(mark)
        created = to_checksum_address(computation.msg.storage_address) if to is None and not computation.is_error else None
        return Receipt(not computation.is_error, receipt.gas_used, computation.output, list(receipt.logs), created)

    def deploy(self, code, types=(), arguments=(), key=1):
        receipt = self.send(None, code + encode(types, arguments), key=key)
        assert receipt.ok, f"deployment failed: {receipt.reason or receipt.output.hex()}"
        return receipt.created

    def act(self, to, signature, *arguments, **how):
        """A transaction that must succeed."""
        receipt = self.send(to, call_data(signature, *arguments), **how)
        assert receipt.ok, f"{signature}: {receipt.reason or receipt.output.hex()}"
        return receipt

    def view(self, to, signature, outputs, *arguments):
        """What a call answers on the state as it is; unsigned, and forgotten."""
        state = self._vm(COINBASE)[0].state
        sender, target = to_canonical_address(account(9).address), to_canonical_address(to)
        message = Message(20_000_000, target, sender, 0, call_data(signature, *arguments), state.get_code(target))
        context = state.get_transaction_context_class()(gas_price=0, origin=sender)
        computation = state.computation_class.apply_message(state, message, context)
        assert not computation.is_error, f"{signature}: {computation.output.hex()}"
        values = decode(outputs, computation.output)
        return values[0] if len(values) == 1 else values

    def balance(self, owner, token=ZERO):
        if token != ZERO:
            return self.view(token, "balanceOf(address)", ["uint256"], owner)
        return self._vm(COINBASE)[0].state.get_balance(to_canonical_address(owner))

    def code(self, address):
        return self._vm(COINBASE)[0].state.get_code(to_canonical_address(address))
