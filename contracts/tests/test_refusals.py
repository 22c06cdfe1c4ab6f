"""Everything the executor must refuse, each by its reason, and each leaving the executor's money where it was."""

import itertools
import random

import pytest
from eth_abi import encode
from eth_utils import keccak

from chain import ZERO, account, call_data, compiled, executor_code
from program import Leg, limits, program, raw_run, record, run_data
from test_profit import profitable

CALLBACKS = {
    1: "uniswapV2Call(address,uint256,uint256,bytes)",
    2: "pancakeCall(address,uint256,uint256,bytes)",
    3: "uniswapV3SwapCallback(int256,int256,bytes)",
    4: "pancakeV3SwapCallback(int256,int256,bytes)",
}
V2_SWAP = "def swap(amount0Out: uint256, amount1Out: uint256, to: address, data: Bytes[2048]):"
V3_SWAP = (
    "def swap(recipient: address, zeroForOne: bool, amountSpecified: int256, sqrtPriceLimitX96: uint160, data: Bytes[2048]):"
)
PUPPET = "tests/hostile/Puppet.vy"
SWAP = "swap(uint256,uint256,address,bytes)"
OURS = 10**20  # what the executor holds of every token while it is attacked


@pytest.fixture
def armed(world):
    """The world with an executor worth robbing, and a good plan."""
    for token in (world.weth, world.a, world.b):
        world.chain.act(token, "transfer(address,uint256)", world.executor, OURS)
    pools = itertools.permutations(world.between(world.weth, world.a), 2)
    world.legs, world.profit = profitable(world, world.weth, pools, random.Random(11))
    return world


def refuse(world, data, reason, to=None, **how):
    """The transaction fails for this reason (None: any, "" : without text) and the executor keeps what it had."""
    receipt = world.chain.send(to or world.executor, data, **how)
    assert not receipt.ok, "was not refused"
    if reason is not None:
        assert receipt.reason == reason
    for token in (world.weth, world.a, world.b):
        assert world.chain.balance(world.executor, token) == OURS
    assert world.chain.balance(world.executor) == 0


def puppet(world, v3=False, key=1):
    code = compiled(PUPPET, V2_SWAP, V3_SWAP) if v3 else compiled(PUPPET)
    return world.chain.deploy(code, key=key)


def learn(world, who, kind, target, payload=b""):
    world.chain.act(who, "learn(uint256,address,bytes)", kind, target, payload)


def leg(pool, v3=False, amount=5):
    return Leg(pool, v3, True, amount, amount)


# Who may call


def test_a_stranger_may_not_run(armed):
    refuse(armed, run_data(armed.weth, armed.legs), "owner", key=2)


def test_a_stranger_may_not_withdraw_tokens_or_native(armed):
    for token in (armed.weth, ZERO):
        refuse(armed, call_data("withdraw(address,uint256,address)", token, 1, armed.stranger), "owner", key=2)


def test_the_owner_may_not_withdraw_to_nobody_nor_more_than_there_is(armed):
    refuse(armed, call_data("withdraw(address,uint256,address)", armed.weth, 1, ZERO), "to")
    refuse(armed, call_data("withdraw(address,uint256,address)", armed.weth, OURS + 1, armed.me), None)
    refuse(armed, call_data("withdraw(address,uint256,address)", ZERO, 1, armed.me), None)
    refuse(armed, call_data("withdraw(address,uint256,address)", account(77).address, 1, armed.me), None)


@pytest.mark.parametrize("signature", CALLBACKS.values())
def test_a_callback_out_of_the_blue_is_refused_even_from_the_owner(armed, signature):
    rest = record(armed.weth, 10**18)
    head = (armed.executor, 1, 2) if "address" in signature else (1, -1)
    for key in (1, 2):
        refuse(armed, call_data(signature, *head, rest), "callback", key=key)
        refuse(armed, call_data(signature, *head, b""), "callback", key=key)


def test_native_money_is_taken_from_nobody_but_the_wrapped_token(armed):
    refuse(armed, b"", "native", value=1, key=2)
    refuse(armed, b"", "native", value=1)
    refuse(armed, b"\x01\x02\x03\x04", "native")


def test_no_function_but_the_default_takes_money(armed):
    calls = [run_data(armed.weth, armed.legs), call_data("withdraw(address,uint256,address)", armed.weth, 1, armed.me)]
    calls += [call_data(s, *((armed.me, 1, 2) if "address" in s else (1, -1)), b"") for s in CALLBACKS.values()]
    calls += [call_data("owner()"), call_data("wrapped_native()")]
    for data in calls:
        refuse(armed, data, "", value=1)


def test_the_constructor_refuses_nobody_as_owner_or_wrapped_token_and_takes_no_money(world):
    code = executor_code()
    for arguments, reason in (([ZERO, world.weth], "owner"), ([world.me, ZERO], "wrapped native")):
        receipt = world.chain.send(None, code + encode(["address", "address"], arguments))
        assert (receipt.ok, receipt.reason) == (False, reason)
    assert not world.chain.send(None, code + encode(["address", "address"], [world.me, world.weth]), value=1).ok
    assert not world.chain.send(None, code).ok


# What does not pay


def test_one_wei_more_than_the_profit_is_refused(armed):
    refuse(armed, run_data(armed.weth, armed.legs, armed.profit + 1), "profit")
    refuse(armed, run_data(armed.weth, armed.legs, 2**128 - 1), "profit")


def test_a_tip_above_the_profit_is_refused_though_the_executor_could_pay_it(armed):
    refuse(armed, run_data(armed.weth, armed.legs, 0, armed.profit + 1), "profit")
    refuse(armed, run_data(armed.weth, armed.legs, 1, armed.profit), "profit")
    refuse(armed, run_data(armed.weth, armed.legs, 0, 2**88 - 1), None)  # more than it has of wrapped native


def test_a_tip_needs_the_wrapped_native_token_as_settlement(armed):
    pools = itertools.permutations(armed.between(armed.a, armed.weth), 2)
    legs, profit = profitable(armed, armed.a, pools, random.Random(3))
    refuse(armed, run_data(armed.a, legs, 0, 1), "tip")
    assert armed.chain.send(armed.executor, run_data(armed.a, legs, profit), keep=False).ok


def test_a_stale_call_is_refused(armed):
    refuse(armed, run_data(armed.weth, armed.legs, valid_until=armed.chain.number), "stale")
    refuse(armed, run_data(armed.weth, armed.legs, valid_until=0), "stale")


def test_a_price_that_moved_against_the_plan_is_refused(armed):
    armed.chain.act(armed.executor, "run(uint256,bytes)", limits(2**40 - 1, 0, armed.profit), program(armed.weth, armed.legs))
    again = armed.chain.send(armed.executor, run_data(armed.weth, armed.legs, 1), keep=False)
    assert not again.ok


# Malformed programs


@pytest.mark.parametrize("size", [0, 1, 35, 36, 71, 72, 107, 109, 36 * 4 - 1, 36 * 4 + 1, 36 * 9 - 1])
def test_a_program_of_the_wrong_length_is_refused(armed, size):
    refuse(armed, raw_run((program(armed.weth, armed.legs) * 4)[:size]), "program")


@pytest.mark.parametrize("legs", [9, 10, 50])
def test_more_legs_than_the_bound_are_refused(armed, legs):
    refuse(armed, raw_run(program(armed.weth, (armed.legs * 25)[:legs])), "")


def test_calldata_cut_short_or_with_a_wild_offset_is_refused(armed):
    good = run_data(armed.weth, armed.legs, armed.profit)
    for size in (4, 36, 68, 100, len(good) - 40):
        refuse(armed, good[:size], None)
    wild = good[:36] + (2**255).to_bytes(32, "big") + good[68:]
    refuse(armed, wild, None)


def test_random_programs_never_take_anything(armed):
    draw = random.Random(9)
    good = program(armed.weth, armed.legs)
    for _ in range(60):
        body = bytearray(good)
        for _ in range(draw.randrange(1, 6)):
            body[draw.randrange(20, len(body))] ^= 1 << draw.randrange(8)
        receipt = armed.chain.send(armed.executor, raw_run(bytes(body)), keep=False)
        assert not receipt.ok or receipt.gas > 0
    draw_bytes = [draw.randbytes(36 * draw.randrange(3, 10)) for _ in range(20)]
    for body in draw_bytes:
        refuse(armed, raw_run(body), None)


def test_tokens_and_pools_without_code_are_refused(armed):
    nobody = account(77).address
    refuse(armed, run_data(nobody, armed.legs), None)
    for at, v3 in itertools.product((0, 1), (False, True)):
        legs = list(armed.legs)
        legs[at] = Leg(nobody, v3, legs[at].zero_for_one, legs[at].amount_in, legs[at].amount_out)
        refuse(armed, run_data(armed.weth, legs), None)
    refuse(armed, run_data(armed.weth, [leg(nobody), leg(account(78).address)]), "no callback")
    refuse(armed, run_data(armed.weth, [leg(nobody), leg(account(78).address, True)]), "no callback")


def test_the_same_pool_twice_is_refused(armed):
    for pool in (armed.between(armed.weth, armed.a, False)[0], armed.between(armed.weth, armed.a, True)[0]):
        out = armed.quote(pool, armed.weth, 10**15)
        there = Leg(pool.address, pool.is_v3, armed.weth == pool.token0, 10**15, out)
        back = Leg(pool.address, pool.is_v3, armed.weth != pool.token0, out, 10**14)
        refuse(armed, run_data(armed.weth, [there, back]), None)


def test_a_wrong_direction_kind_or_amount_is_refused(armed):
    for at in range(2):
        good = armed.legs[at]
        changes = [
            Leg(good.pool, good.is_v3, not good.zero_for_one, good.amount_in, good.amount_out),
            Leg(good.pool, not good.is_v3, good.zero_for_one, good.amount_in, good.amount_out),
            Leg(good.pool, good.is_v3, good.zero_for_one, 0, 0),
        ]
        if not good.is_v3:
            changes.append(Leg(good.pool, False, good.zero_for_one, good.amount_in, good.amount_out + 1))
        elif at > 0:
            changes.append(Leg(good.pool, True, good.zero_for_one, good.amount_in + 1, good.amount_out))
        for change in changes:
            legs = list(armed.legs)
            legs[at] = change
            refuse(armed, run_data(armed.weth, legs, 1), None)


# Hostile pools


@pytest.mark.parametrize("v3", [False, True], ids=["V2", "V3"])
class TestHostilePool:
    def attack(self, armed, v3, steps, reason, position=1):
        """A plan whose pool at `position` (1: called first) is a puppet that plays these steps."""
        bad = puppet(armed, v3)
        for kind, target, payload in steps(bad):
            learn(armed, bad, kind, target, payload)
        legs = list(armed.legs)
        old = legs[position]
        legs[position] = Leg(bad, v3, old.zero_for_one, old.amount_in, old.amount_out)
        refuse(armed, run_data(armed.weth, legs), reason)

    def kind(self, v3):
        return 3 if v3 else 1

    def test_that_never_calls_back(self, armed, v3):
        self.attack(armed, v3, lambda me: [], "no callback")

    def test_that_calls_back_but_pays_nothing(self, armed, v3):
        """It is paid amountIn of the settlement token and gives nothing: the growth is negative."""
        bad, other = puppet(armed, v3), puppet(armed)
        learn(armed, bad, self.kind(v3), armed.executor)
        data = run_data(armed.weth, [leg(other, amount=10**18), leg(bad, v3, 10**18)])
        refuse(armed, data, "profit")

    def test_that_calls_back_by_another_callback_name_gains_nothing(self, armed, v3):
        bad, other = puppet(armed, v3), puppet(armed)
        learn(armed, bad, 4 if v3 else 2, armed.executor)
        refuse(armed, run_data(armed.weth, [leg(other, amount=10**18), leg(bad, v3, 10**18)]), "profit")

    @pytest.mark.parametrize("kind", CALLBACKS)
    def test_that_forges_the_continuation(self, armed, v3, kind):
        forged = [record(armed.a, OURS), record(armed.a, OURS) + record(armed.pools[0].address, 5), b""]
        head = [1, 2] if kind > 2 else [armed.executor, 1, 2]
        for rest in forged:
            payload = call_data(CALLBACKS[kind], *head, rest)
            self.attack(armed, v3, lambda me: [(0, armed.executor, payload)], "callback")

    def test_that_has_an_accomplice_call_back(self, armed, v3):
        other = puppet(armed)
        learn(armed, other, self.kind(v3), armed.executor)
        self.attack(armed, v3, lambda me: [(5, other, b"")], "callback")

    def test_that_calls_back_twice(self, armed, v3):
        steps = lambda me: [(self.kind(v3), armed.executor, b"")] * 2  # noqa: E731
        bad, other = puppet(armed, v3), puppet(armed)
        for kind, target, payload in steps(bad):
            learn(armed, bad, kind, target, payload)
        refuse(armed, run_data(armed.weth, [leg(other), leg(bad, v3)]), "callback")

    def test_that_calls_back_again_from_inside_a_later_leg(self, armed, v3):
        """Nested: leg 0's pool asks the flash source to call back once more."""
        bad, inner = puppet(armed, v3), puppet(armed)
        learn(armed, bad, self.kind(v3), armed.executor)
        forged = call_data(CALLBACKS[self.kind(v3)], *([1, 2] if v3 else [bad, 1, 2]), record(armed.weth, 5))
        learn(armed, inner, 0, bad, call_data("act(address,bytes)", armed.executor, forged))
        refuse(armed, run_data(armed.weth, [leg(inner), leg(bad, v3)]), "callback")

    def test_that_calls_run_again(self, armed, v3):
        inner = run_data(armed.weth, armed.legs)
        self.attack(armed, v3, lambda me: [(0, armed.executor, inner)], "owner")

    def test_that_calls_withdraw(self, armed, v3):
        payload = call_data("withdraw(address,uint256,address)", armed.weth, OURS, armed.stranger)
        self.attack(armed, v3, lambda me: [(0, armed.executor, payload)], "owner")
        self.attack(armed, v3, lambda me: [(0, armed.executor, payload)], None, position=0)

    def test_in_the_middle_that_keeps_what_it_was_paid(self, armed, v3):
        """The settlement token goes in, nothing comes out to the next pool, which refuses."""
        def pay(me):
            return [(3, armed.executor, b"")] if v3 else []

        self.attack(armed, v3, pay, None, position=0)

    def test_cannot_touch_the_other_tokens_the_executor_holds(self, armed, v3):
        """Whatever it does in a cycle that pays well, only the settlement token leaves, and only amountIn of it."""
        bad, other, gift = puppet(armed, v3), puppet(armed), 10**18
        armed.chain.act(armed.weth, "transfer(address,uint256)", bad, gift)
        learn(armed, bad, 0, armed.weth, call_data("transfer(address,uint256)", armed.executor, gift))
        learn(armed, bad, self.kind(v3), armed.executor)
        done = armed.chain.send(armed.executor, run_data(armed.weth, [leg(other, amount=gift // 2), leg(bad, v3)], gift // 2))
        assert done.ok, done.reason
        assert armed.chain.balance(armed.executor, armed.weth) == OURS + gift // 2
        assert armed.chain.balance(armed.executor, armed.a) == armed.chain.balance(armed.executor, armed.b) == OURS


def test_an_owner_contract_that_reenters_run_while_a_callback_is_awaited_is_refused(armed):
    """The inner run uses up the awaited slot, so the outer pool's own callback no longer fits."""
    boss, bad, other = puppet(armed), puppet(armed), puppet(armed)
    mine = armed.chain.deploy(executor_code(), ["address", "address"], [boss, armed.weth])
    inner_pool = puppet(armed)
    learn(armed, inner_pool, 1, mine)
    inner = run_data(armed.weth, [leg(other, amount=0), leg(inner_pool)])
    learn(armed, bad, 0, boss, call_data("act(address,bytes)", mine, inner))
    learn(armed, bad, 1, mine)
    outer = run_data(armed.weth, [leg(other, amount=0), leg(bad)])
    receipt = armed.chain.send(boss, call_data("act(address,bytes)", mine, outer))
    assert (receipt.ok, receipt.reason) == (False, "callback")
    assert armed.chain.send(boss, call_data("act(address,bytes)", mine, inner), keep=False).ok  # alone it is fine


# Hostile tokens and builders


def test_a_token_whose_transfer_says_no_is_refused(armed):
    bad = puppet(armed)
    pool, other = puppet(armed), puppet(armed)
    learn(armed, pool, 1, armed.executor)
    armed.chain.act(bad, "pretend(uint256,bool)", 0, False)
    refuse(armed, run_data(bad, [leg(other), leg(pool)]), "transfer")
    refuse(armed, call_data("withdraw(address,uint256,address)", bad, 0, armed.me), "transfer")


def test_a_token_that_reenters_from_its_transfer_is_refused(armed):
    attacks = {
        "owner": [
            call_data("withdraw(address,uint256,address)", armed.weth, OURS, armed.stranger),
            run_data(armed.weth, armed.legs),
        ],
        "callback": [call_data(s, *((armed.me, 1, 2) if "address" in s else (1, -1)), record(armed.weth, 9)) for s in CALLBACKS.values()],
    }
    for reason, payloads in attacks.items():
        for payload in payloads:
            token, pool, other = puppet(armed), puppet(armed), puppet(armed)
            learn(armed, pool, 1, armed.executor)
            learn(armed, token, 0, armed.executor, payload)
            refuse(armed, run_data(token, [leg(other), leg(pool)]), reason)


def test_a_token_that_lies_about_its_balance_earns_its_author_nothing_of_ours(armed):
    token, pool, other = puppet(armed), puppet(armed), puppet(armed)
    learn(armed, pool, 1, armed.executor)
    armed.chain.act(token, "pretend(uint256,bool)", 2**256 - 1, True)
    refuse(armed, run_data(token, [leg(other), leg(pool)], 1), "")  # before + min_profit overflows
    armed.chain.act(token, "pretend(uint256,bool)", 10**30, True)
    refuse(armed, run_data(token, [leg(other), leg(pool)], 1), "profit")
    refuse(armed, run_data(token, [leg(other), leg(pool)], 0, 1), "tip")


def test_a_builder_that_takes_no_money_makes_the_run_fail_as_a_whole(armed):
    builder = puppet(armed)
    learn(armed, builder, 0, armed.weth, call_data("transfer(address,uint256)", armed.me, 1))  # it has none: reverts
    refuse(armed, run_data(armed.weth, armed.legs, 0, 1), None, coinbase=builder)


def test_a_builder_that_reenters_is_refused(armed):
    for payload in (
        call_data("withdraw(address,uint256,address)", armed.weth, OURS, armed.stranger),
        run_data(armed.weth, armed.legs),
    ):
        builder = puppet(armed)
        learn(armed, builder, 0, armed.executor, payload)
        refuse(armed, run_data(armed.weth, armed.legs, 0, 1), "owner", coinbase=builder)


# The shape of the code


def opcodes(code):
    at = 0
    while at < len(code):
        yield code[at], code[at + 1 : at + 1 + max(0, code[at] - 0x5F)] if 0x60 <= code[at] <= 0x7F else b""
        at += 1 + (code[at] - 0x5F if 0x60 <= code[at] <= 0x7F else 0)


def test_the_code_has_no_delegatecall_selfdestruct_create_storage_write_log_or_approval(world):
    forbidden = {0xF4: "DELEGATECALL", 0xF2: "CALLCODE", 0xFF: "SELFDESTRUCT", 0xF0: "CREATE", 0xF5: "CREATE2", 0x55: "SSTORE"}
    forbidden |= {op: "LOG" for op in range(0xA0, 0xA5)}
    selectors = {keccak(text=s)[:4] for s in ("approve(address,uint256)", "increaseAllowance(address,uint256)")}
    code = world.chain.code(world.executor)
    body = code[: len(code) - 64]  # two immutables at the end
    seen = list(opcodes(body))
    assert len(seen) > 500
    assert not [forbidden[op] for op, _ in seen if op in forbidden]
    assert not [push for _, push in seen if push.rjust(4, b"\0")[-4:] in selectors or push[:4] in selectors]
    assert SWAP and keccak(text=SWAP)[:4] in {push for _, push in seen}
