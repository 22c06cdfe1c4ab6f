"""Unsigned calls on a py-evm state that stays: many operations without a block each. And the market's contracts on it."""

import json
from functools import cache

from chain import CONTRACTS, Chain, account, call_data
from eth.vm.message import Message
from eth_abi import decode, encode
from eth_utils import keccak, to_canonical_address, to_checksum_address

ME = account(1).address
FAR = 2**40
MAX = 2**256 - 1


class Reverted(Exception):
    pass


@cache
def artifact(name):
    return json.loads((CONTRACTS / f"artifacts/{name}.json").read_text())


@cache
def market_code(name):
    """Creation code of the committed artifact: what is tested is what the devnet deploys."""
    return bytes.fromhex(artifact(name)["creation"][2:])


def blueprint(code):
    """Creation code of the blueprint that holds `code` (ERC-5202)."""
    held = b"\xfe\x71\x00" + code
    return bytes.fromhex(f"61{len(held):04x}3d81600a3d39f3") + held


def topic(log):
    return log.topics[0].to_bytes(32, "big") if isinstance(log.topics[0], int) else log.topics[0]


class Bench:
    """Deploys by signed transactions on a Chain, then works on one state of it."""

    def __init__(self):
        self.chain = Chain()
        self.vm = None
        self.logs = []

    def deploy(self, code, types=(), arguments=()):
        assert self.vm is None, "deploy before the first call"
        return self.chain.deploy(code, types, arguments)

    def market(self, name, types=(), arguments=()):
        return self.deploy(market_code(name), types, arguments)

    @property
    def state(self):
        if self.vm is None:
            self.chain.number += 1
            self.chain.time += 12
            self.vm, _ = self.chain._vm("0x" + "c0" * 20)
        return self.vm.state

    def raw(self, to, data, sender=ME, value=0, gas=25_000_000):
        state, target, origin = self.state, to_canonical_address(to), to_canonical_address(sender)
        state.clear_transient_storage()
        message = Message(gas, target, origin, value, data, state.get_code(target))
        mark = state.snapshot()
        computation = state.computation_class.apply_message(
            state, message, state.get_transaction_context_class()(gas_price=0, origin=origin)
        )
        if computation.is_error:
            state.revert(mark)
            raise Reverted(reason(computation.output) or repr(computation.error))
        state.commit(mark)
        self.logs = [(to_checksum_address(a), [t.to_bytes(32, "big") for t in topics], data) for a, topics, data in computation.get_log_entries()]
        self.gas = computation.get_gas_used()
        return computation.output

    def act(self, to, signature, *arguments, outputs=(), **how):
        out = decode(outputs, self.raw(to, call_data(signature, *arguments), **how))
        return out[0] if len(out) == 1 else out

    def view(self, to, signature, outputs, *arguments):
        return self.act(to, signature, *arguments, outputs=outputs)

    def balance(self, token, owner):
        return self.view(token, "balanceOf(address)", ["uint256"], owner)

    def tokens(self, count):
        """Tokens of our own in ascending order of address; all of their supply is ME's."""
        types = ["string", "string", "uint8", "uint256"]
        made = [self.market("Token", types, [f"Token {i}", f"T{i}", 18, 2**200]) for i in range(count)]
        return sorted(made, key=lambda a: int(a, 16))


def reason(output):
    if output[:4] != keccak(text="Error(string)")[:4]:
        return ""
    return decode(["string"], output[4:])[0]


def create2(factory, salt, code):
    return to_checksum_address(keccak(b"\xff" + to_canonical_address(factory) + salt + keccak(code))[12:])


def packed_salt(a, b):
    return keccak(to_canonical_address(a) + to_canonical_address(b))


def fee_salt(a, b, fee):
    return keccak(encode(["address", "address", "uint24"], [a, b, fee]))
