"""The V2-shaped pair and router against Python integers, and against genuine Uniswap V2 bytecode."""

import math
import random

import pytest
from bench import FAR, MAX, ME, Bench, Reverted, blueprint, create2, market_code, packed_salt
from chain import library
from uniswap_model import PairModel

OTHER = "0x" + "77" * 20


def world(fee=30):
    bench = Bench()
    a, b, c = bench.tokens(3)
    pair_code = market_code("PairV2")
    factory = bench.market("FactoryV2", ["address", "uint256", "address"], [bench.deploy(blueprint(pair_code)), fee, ME])
    weth = bench.market("WETH")
    router = bench.market("RouterV2", ["address", "address"], [factory, weth])
    pair = bench.act(factory, "createPair(address,address)", b, a, outputs=["address"])
    assert int(pair, 16) == int(create2(factory, packed_salt(a, b), pair_code), 16)
    return bench, (a, b, c), factory, router, pair, weth


@pytest.fixture(scope="module", params=[30, 25])
def setting(request):
    return world(request.param), request.param


def set_reserves(bench, pair, tokens, reserves):
    """Random states fast: balances by minting and burning through ME, then sync."""
    for token, wanted in zip(tokens, reserves):
        have = bench.balance(token, pair)
        if wanted > have:
            bench.act(token, "transfer(address,uint256)", pair, wanted - have)
        elif wanted < have:
            bench.act(token, "transfer(address,uint256)", ME, have - wanted, sender=pair)
    bench.act(pair, "sync()")


def test_swaps_equal_the_formula(setting):
    (bench, (a, b, _), _, _, pair, _), fee = setting
    dice = random.Random(2)
    for round in range(600):
        reserves = [int(10 ** dice.uniform(3, 33)) for _ in "ab"]
        set_reserves(bench, pair, (a, b), reserves)
        model, down = PairModel(*reserves, fee), dice.random() < 0.5
        amount = max(1, int(reserves[not down] * 10 ** dice.uniform(-4, 0.5)))
        token = a if down else b
        if round % 2:
            out = model.out(amount, down)
        else:
            out = max(1, min(amount * reserves[down] // reserves[not down], reserves[down] - 1))
            amount = model.into(out, down)
        if out == 0 or amount >= 2**111:
            continue
        bench.act(token, "transfer(address,uint256)", pair, amount)
        amounts = (0, out) if down else (out, 0)
        greedy = (0, out + 1) if down else (out + 1, 0)
        if round % 2:  # one unit more than the formula gives is refused
            with pytest.raises(Reverted):
                bench.act(pair, "swap(uint256,uint256,address,bytes)", *greedy, OTHER, b"")
        bench.act(pair, "swap(uint256,uint256,address,bytes)", *amounts, OTHER, b"")
        left = bench.view(pair, "getReserves()", ["uint112", "uint112", "uint32"])
        expected = [reserves[0] + amount, reserves[1] - out] if down else [reserves[0] - out, reserves[1] + amount]
        assert list(left[:2]) == expected


def test_one_unit_less_in_is_refused(setting):
    (bench, (a, b, _), _, _, pair, _), fee = setting
    dice = random.Random(3)
    for _ in range(100):
        reserves = [int(10 ** dice.uniform(9, 30)) for _ in "ab"]
        set_reserves(bench, pair, (a, b), reserves)
        out = dice.randrange(1, reserves[1] // 2)
        needed = PairModel(*reserves, fee).into(out, True)
        short = needed - 2  # the formula adds one unit; two less never pay
        if PairModel(*reserves, fee).out(short, True) >= out:
            continue
        bench.act(a, "transfer(address,uint256)", pair, short)
        with pytest.raises(Reverted, match="^K$"):
            bench.act(pair, "swap(uint256,uint256,address,bytes)", 0, out, OTHER, b"")


def genuine(bench, tokens):
    """Sushi's build of Uniswap V2; its router is told the hash that this pair bytecode has."""
    factory = bench.deploy(library("sushi/UniswapV2Factory"), ["address"], [ME])
    hash_of_pair = bench.chain.view(factory, "pairCodeHash()", ["bytes32"]).hex()
    code = library("sushi/UniswapV2Router02").hex()
    code = code.replace("e18a34eb0e04b04f7a0ac29a6e80748dca96319b42c54d679cb821dca90c6303", hash_of_pair)
    return factory, bytes.fromhex(code)


def test_router_and_pair_equal_genuine_bytecode():
    bench = Bench()
    tokens = bench.tokens(3)
    weth = bench.market("WETH")
    theirs, router_code = genuine(bench, tokens)
    their_router = bench.deploy(router_code, ["address", "address"], [theirs, weth])
    ours = bench.market("FactoryV2", ["address", "uint256", "address"], [bench.deploy(blueprint(market_code("PairV2"))), 30, ME])
    our_router = bench.market("RouterV2", ["address", "address"], [ours, weth])
    bench.state.set_balance(bytes.fromhex(ME[2:]), 10**30)
    bench.act(weth, "deposit()", value=10**27)
    path_tokens = (*tokens, weth)
    for router in (their_router, our_router):
        for token in path_tokens:
            bench.act(token, "approve(address,uint256)", router, MAX)
    dice, compared = random.Random(11), 0

    def both(signature, build, outputs, value=0):
        """The same call through both routers; equal answers or both refused."""
        nonlocal compared
        answers = []
        for router in (their_router, our_router):
            try:
                answers.append(bench.act(router, signature, *build(), outputs=outputs, value=value))
            except Reverted:
                answers.append("reverted")
        assert answers[0] == answers[1], (signature, answers)
        compared += answers[0] != "reverted"

    for x, y in ((0, 1), (1, 2), (0, 3), (2, 3)):
        size = [int(10 ** dice.uniform(18, 24)) for _ in "xy"]
        row = (path_tokens[x], path_tokens[y], *size, 0, 0, ME, FAR)
        both("addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)", lambda: row, ["uint256"] * 3)
    paths = [(0, 1), (1, 2), (0, 1, 2), (2, 1, 0), (3, 0), (0, 3), (3, 2), (2, 3), (3, 0, 1), (1, 2, 3), (0, 3, 2, 1)]
    for step in range(400):
        path = [path_tokens[i] for i in dice.choice(paths)]
        amount, kind = int(10 ** dice.uniform(1, 24)), dice.random()
        exact = ("swapExactTokensForTokens(uint256,uint256,address[],address,uint256)", (amount, 0, path, OTHER, FAR), 0)
        wanted = ("swapTokensForExactTokens(uint256,uint256,address[],address,uint256)", (amount, MAX, path, OTHER, FAR), 0)
        signature, row, value = exact if kind < 0.5 else wanted
        if path[0] == weth and kind < 0.3:
            signature, row, value = "swapExactETHForTokens(uint256,address[],address,uint256)", (0, path, OTHER, FAR), amount
        elif path[0] == weth and kind > 0.8:
            signature, row, value = "swapETHForExactTokens(uint256,address[],address,uint256)", (amount, path, OTHER, FAR), 10**26
        elif path[-1] == weth and kind < 0.3:
            signature, row = "swapExactTokensForETH(uint256,uint256,address[],address,uint256)", (amount, 0, path, OTHER, FAR)
        elif path[-1] == weth and kind > 0.8:
            signature, row = "swapTokensForExactETH(uint256,uint256,address[],address,uint256)", (amount, MAX, path, OTHER, FAR)
        both(signature, lambda: row, ["uint256[]"], value)
    fee_path = [path_tokens[0], path_tokens[1], path_tokens[2]]
    name = "swapExactTokensForTokensSupportingFeeOnTransferTokens(uint256,uint256,address[],address,uint256)"
    both(name, lambda: (10**18, 0, fee_path, OTHER, FAR), [])
    for x, y in ((0, 1), (1, 2), (0, 3), (2, 3)):
        pairs = [bench.view(f, "getPair(address,address)", ["address"], path_tokens[x], path_tokens[y]) for f in (theirs, ours)]
        states = []
        for pair, router in zip(pairs, (their_router, our_router)):
            held = bench.balance(pair, ME)
            bench.act(pair, "approve(address,uint256)", router, MAX)
            row = (path_tokens[x], path_tokens[y], held // 3, 0, 0, OTHER, FAR)
            name = "removeLiquidity(address,address,uint256,uint256,uint256,address,uint256)"
            out = bench.act(router, name, *row, outputs=["uint256", "uint256"])
            slot = bench.state.get_storage(bytes.fromhex(pair[2:]), 8) % 2**224
            states.append((out, slot, bench.view(pair, "totalSupply()", ["uint256"])))
        assert states[0] == states[1]
    assert compared > 300


def test_protocol_fee_equals_genuine():
    bench = Bench()
    a, b = bench.tokens(2)
    theirs = bench.deploy(library("sushi/UniswapV2Factory"), ["address"], [ME])
    ours = bench.market("FactoryV2", ["address", "uint256", "address"], [bench.deploy(blueprint(market_code("PairV2"))), 30, ME])
    seen = []
    for factory in (theirs, ours):
        bench.act(factory, "setFeeTo(address)", OTHER)
        pair = bench.act(factory, "createPair(address,address)", a, b, outputs=["address"])
        for token, amount in ((a, 10**21), (b, 3 * 10**21)):
            bench.act(token, "transfer(address,uint256)", pair, amount)
        bench.act(pair, "mint(address)", ME)
        bench.act(a, "transfer(address,uint256)", pair, 10**20)
        bench.act(pair, "swap(uint256,uint256,address,bytes)", 0, PairModel(10**21, 3 * 10**21).out(10**20, True), ME, b"")
        bench.act(pair, "transfer(address,uint256)", pair, math.isqrt(3) * 10**20)
        out = bench.act(pair, "burn(address)", ME, outputs=["uint256", "uint256"])
        seen.append((out, bench.balance(pair, OTHER), bench.view(pair, "kLast()", ["uint256"])))
    assert seen[0] == seen[1] and seen[0][1] > 0
