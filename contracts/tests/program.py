"""The executor's program format, written a second time (the first is Sources/Bundles) from the contract's head comment."""

from dataclasses import dataclass

from chain import call_data


@dataclass(frozen=True)
class Leg:
    pool: str
    is_v3: bool
    zero_for_one: bool
    amount_in: int
    amount_out: int


def record(address, word):
    return bytes.fromhex(address[2:]) + word.to_bytes(16, "big")


def program(token, legs):
    parts = [record(token, legs[0].amount_in)]
    for leg in legs:
        amount = leg.amount_in if leg.is_v3 else leg.amount_out
        assert 0 <= amount < 2**126
        parts.append(record(leg.pool, leg.is_v3 << 127 | leg.zero_for_one << 126 | amount))
    return b"".join(parts)


def limits(valid_until, tip, min_profit):
    assert valid_until < 2**40 and tip < 2**88 and min_profit < 2**128
    return valid_until << 216 | tip << 128 | min_profit


def run_data(token, legs, min_profit=0, tip=0, valid_until=2**40 - 1):
    return raw_run(program(token, legs), min_profit, tip, valid_until)


def raw_run(body, min_profit=0, tip=0, valid_until=2**40 - 1):
    return call_data("run(uint256,bytes)", limits(valid_until, tip, min_profit), body)
