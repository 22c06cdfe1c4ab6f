"""Profit on chain equals the prediction to the wei: V2 and V3 in every order, genuine pool bytecode, random amounts."""

import itertools
import random

import pytest
from eth_utils import keccak

from chain import COINBASE, account
from program import raw_run, program, run_data

TRANSFER = int.from_bytes(keccak(text="Transfer(address,address,uint256)"), "big")
APPROVAL = int.from_bytes(keccak(text="Approval(address,address,uint256)"), "big")


def name(kinds):
    return "-".join("V3" if k else "V2" for k in kinds)


def profitable(world, token, routes, draw):
    """The first cycle that earns, tried in random order with a random amount: (legs, gross profit)."""
    routes = [list(r) for r in routes if len({p.address for p in r}) == len(r)]
    draw.shuffle(routes)
    for route in routes[:60]:
        for _ in range(3):
            amount = draw.randrange(10 ** draw.randrange(12, 18), 10**18)
            legs, profit = world.plan(token, route, amount)
            if profit > 0:
                return legs, profit
    pytest.fail("the test's world has no profitable cycle of this shape")


def routes(world, token, kinds):
    """Every cycle of these pool kinds from `token` round and back."""
    if len(kinds) == 2:
        other = world.weth if token != world.weth else world.a
        return itertools.product(*(world.between(token, other, k) for k in kinds))
    ring = [world.weth, world.a, world.b]
    at = ring.index(token)
    order = ring[at:] + ring[:at] + [token]
    return itertools.product(*(world.between(x, y, k) for x, y, k in zip(order, order[1:], kinds)))


def check_exact(world, token, legs, profit, tip, key=1):
    """Growth is profit - tip to the unit, one unit more is refused, and nothing but the settlement token was ours to move."""
    chain, me = world.chain, world.executor
    before, builder = chain.balance(me, token), chain.balance(COINBASE)
    more = chain.send(me, run_data(token, legs, profit - tip + 1, tip), keep=False)
    assert (more.ok, more.reason) == (False, "profit")
    done = chain.send(me, run_data(token, legs, profit - tip, tip))
    assert done.ok, done.reason or done.output.hex()
    assert chain.balance(me, token) - before == profit - tip
    assert chain.balance(COINBASE) - builder == tip
    assert chain.balance(me) == 0
    mine = int(me, 16)
    paid = []
    for log in done.logs:
        assert log.topics[0] != APPROVAL
        if log.topics[0] == TRANSFER and log.topics[1] == mine:
            paid.append((int.from_bytes(log.address, "big"), log.topics[2], int.from_bytes(log.data, "big")))
    if token != world.quiet:  # the quiet token logs nothing
        first = (int(token, 16), int(legs[0].pool, 16), legs[0].amount_in)
        assert paid in ([first], [first, (int(token, 16), 0, tip)])
    return done


@pytest.mark.parametrize("kinds", list(itertools.product((False, True), repeat=2)), ids=name)
@pytest.mark.parametrize("settle", ["weth", "a"])
@pytest.mark.parametrize("seed", range(3))
def test_two_legs_in_every_order_earn_what_was_predicted(world, kinds, settle, seed):
    draw = random.Random(f"{kinds}{settle}{seed}")
    token = getattr(world, settle)
    legs, profit = profitable(world, token, routes(world, token, kinds), draw)
    check_exact(world, token, legs, profit, 0)


@pytest.mark.parametrize("kinds", list(itertools.product((False, True), repeat=3)), ids=name)
@pytest.mark.parametrize("settle", ["weth", "a", "b"])
def test_three_legs_in_every_order_earn_what_was_predicted(world, kinds, settle):
    draw = random.Random(f"{kinds}{settle}")
    token = getattr(world, settle)
    legs, profit = profitable(world, token, routes(world, token, kinds), draw)
    check_exact(world, token, legs, profit, 0)


@pytest.mark.parametrize("seed", range(8))
def test_eight_legs_of_random_kinds_earn_what_was_predicted(world, seed):
    draw = random.Random(seed)
    pools = world.between(world.weth, world.a)

    def shuffled():
        while True:
            yield draw.sample(pools, 8)

    legs, profit = profitable(world, world.weth, itertools.islice(shuffled(), 60), draw)
    assert len(legs) == 8
    check_exact(world, world.weth, legs, profit, draw.randrange(profit))


@pytest.mark.parametrize("seed", range(6))
def test_the_tip_is_paid_out_of_the_profit_and_growth_is_what_is_left(world, seed):
    draw = random.Random(seed)
    legs, profit = profitable(world, world.weth, itertools.permutations(world.between(world.weth, world.a), 2), draw)
    check_exact(world, world.weth, legs, profit, (profit, 1, profit // 2, profit * 9 // 10, 0, draw.randrange(profit))[seed])


@pytest.mark.parametrize("kinds", list(itertools.product((False, True), repeat=2)), ids=name)
def test_a_settlement_token_that_returns_nothing_works(world, kinds):
    draw = random.Random(str(kinds))
    found = itertools.product(*(world.between(world.quiet, world.a, k) for k in kinds))
    legs, profit = profitable(world, world.quiet, found, draw)
    check_exact(world, world.quiet, legs, profit, 0)
    world.chain.act(world.executor, "withdraw(address,uint256,address)", world.quiet, profit, world.stranger)
    assert world.chain.balance(world.stranger, world.quiet) == profit


def test_what_the_executor_already_holds_is_never_counted_as_profit(world):
    draw = random.Random(1)
    world.chain.act(world.weth, "transfer(address,uint256)", world.executor, 10**20)
    legs, profit = profitable(world, world.weth, itertools.permutations(world.between(world.weth, world.a), 2), draw)
    check_exact(world, world.weth, legs, profit, profit // 3)


def test_a_losing_cycle_is_refused_even_with_min_profit_zero_and_money_at_hand(world):
    world.chain.act(world.weth, "transfer(address,uint256)", world.executor, 10**20)
    for route in itertools.permutations(world.between(world.weth, world.a), 2):
        legs, profit = world.plan(world.weth, route, 10**18)
        if profit < 0:
            refused = world.chain.send(world.executor, run_data(world.weth, legs))
            assert (refused.ok, refused.reason) == (False, "profit")
            assert world.chain.balance(world.executor, world.weth) == 10**20
            return
    pytest.fail("no losing cycle")


def test_withdraw_pays_exactly_what_is_asked_in_tokens_and_in_native(world):
    chain, me = world.chain, world.executor
    chain.act(world.weth, "transfer(address,uint256)", me, 1000)
    chain.act(me, "withdraw(address,uint256,address)", world.weth, 400, world.stranger)
    assert (chain.balance(me, world.weth), chain.balance(world.stranger, world.weth)) == (600, 400)
    chain.send(None, bytes.fromhex("73" + me[2:] + "ff"), value=77)  # money forced in by a self-destruct
    before = chain.balance(world.stranger)
    chain.act(me, "withdraw(address,uint256,address)", "0x" + "00" * 20, 77, world.stranger)
    assert (chain.balance(me), chain.balance(world.stranger) - before) == (0, 77)


def test_the_last_valid_block_still_runs_and_the_next_does_not(world):
    draw = random.Random(5)
    legs, profit = profitable(world, world.weth, itertools.permutations(world.between(world.weth, world.a), 2), draw)
    body, chain = program(world.weth, legs), world.chain
    late = chain.send(world.executor, raw_run(body, profit, 0, chain.number), keep=False)
    assert (late.ok, late.reason) == (False, "stale")
    assert chain.send(world.executor, raw_run(body, profit, 0, chain.number + 1), keep=False).ok


def test_the_getters_name_owner_and_wrapped_native(world):
    assert world.chain.view(world.executor, "owner()", ["address"]).lower() == account(1).address.lower()
    assert world.chain.view(world.executor, "wrapped_native()", ["address"]).lower() == world.weth.lower()
