"""The market's interfaces against the genuine ABIs; tokens; flash loans."""

import json
from importlib.metadata import files
from pathlib import Path

import pytest
from bench import MAX, ME, Bench, Reverted, artifact, market_code
from chain import account, compiled, library

OTHER = account(2).address

# What ours leaves out, by name. Everything else of the genuine ABI must be there with the same selector.
LEFT_OUT = {
    "PairV2": ("sushi/UniswapV2Pair", set()),
    "FactoryV2": ("sushi/UniswapV2Factory", {"migrator", "setMigrator", "pairCodeHash"}),
    "RouterV2": ("sushi/UniswapV2Router02", {
        "addLiquidityETH", "removeLiquidityETH", "removeLiquidityETHSupportingFeeOnTransferTokens", "removeLiquidityETHWithPermit",
        "removeLiquidityETHWithPermitSupportingFeeOnTransferTokens", "removeLiquidityWithPermit", "getAmountIn", "getAmountOut",
    }),
    "PoolV3": ("uniswap_v3/UniswapV3Pool", {
        "observe", "observations", "snapshotCumulativesInside", "increaseObservationCardinalityNext", "setFeeProtocol", "collectProtocol",
    }),
    "FactoryV3": ("uniswap_v3/UniswapV3Factory", set()),
    "SwapRouter": ("uniswap_v3/SwapRouter", {
        "selfPermit", "selfPermitAllowed", "selfPermitAllowedIfNecessary", "selfPermitIfNecessary", "sweepTokenWithFee", "unwrapWETH9WithFee",
    }),
    "WETH": ("aave_v2/WETH9", set()),
}  # fmt: skip
EVENTS_LEFT_OUT = {"SetFeeProtocol", "CollectProtocol", "IncreaseObservationCardinalityNext"}


def kind(entry):
    inner = ",".join(kind(c) for c in entry.get("components", []))
    return entry["type"].replace("tuple", f"({inner})")


def signature(entry):
    return f"{entry['name']}({','.join(kind(i) for i in entry['inputs'])})"


def genuine_abi(name):
    found = next(f for f in files("web3-ethereum-defi") if str(f).endswith("eth_defi/abi/ERC20MockDecimals.json"))
    return json.loads((Path(found.locate()).parent / f"{name}.json").read_text())["abi"]


@pytest.mark.parametrize("name", LEFT_OUT)
def test_functions_and_events_are_the_genuine_ones(name):
    source, left_out = LEFT_OUT[name]
    ours, theirs = artifact(name)["abi"], genuine_abi(source)
    functions = {signature(e) for e in ours if e["type"] == "function"}
    missing = {e["name"] for e in theirs if e["type"] == "function" and signature(e) not in functions}
    assert missing == left_out
    events = {(signature(e), tuple(i["indexed"] for i in e["inputs"])) for e in ours if e["type"] == "event"}
    wanted = {(signature(e), tuple(i["indexed"] for i in e["inputs"])) for e in theirs if e["type"] == "event"}
    assert {w for w in wanted if w[0].split("(")[0] not in EVENTS_LEFT_OUT} <= events


def test_every_contract_fits():
    for path in sorted((Path(__file__).parent.parent / "artifacts").glob("*.json")):
        built = json.loads(path.read_text())
        if "runtime" in built:
            assert len(built["runtime"]) // 2 - 1 + 32 * len(built["immutables"]) <= 24576, path.name


def test_wrapped_ether_behaves_as_weth9():
    bench = Bench()
    both = [bench.deploy(library("aave_v2/WETH9")), bench.market("WETH")]
    bench.state.set_balance(bytes.fromhex(ME[2:]), 10**20)

    def same(name, *row, **how):
        answers = []
        for weth in both:
            try:
                bench.act(weth, name, *row, **how)
                answers.append([(t, d) for _, t, d in bench.logs])
            except Reverted:
                answers.append("reverted")
        assert answers[0] == answers[1], name
        states = [(bench.balance(w, ME), bench.balance(w, OTHER), bench.view(w, "totalSupply()", ["uint256"])) for w in both]
        assert states[0] == states[1], name
        return answers[0]

    assert same("deposit()", value=10**18) != "reverted"
    assert same("withdraw(uint256)", 10**17) != "reverted"
    assert same("withdraw(uint256)", 10**18) == "reverted"
    assert same("transfer(address,uint256)", OTHER, 10**17) != "reverted"
    assert same("transferFrom(address,address,uint256)", ME, OTHER, 5, sender=OTHER) == "reverted"
    same("approve(address,uint256)", OTHER, 7)
    assert same("transferFrom(address,address,uint256)", ME, OTHER, 5, sender=OTHER) != "reverted"
    assert same("transferFrom(address,address,uint256)", ME, OTHER, 5, sender=OTHER) == "reverted"
    same("approve(address,uint256)", OTHER, MAX)
    assert same("transferFrom(address,address,uint256)", ME, OTHER, 5, sender=OTHER) != "reverted"
    assert [bench.view(w, "allowance(address,address)", ["uint256"], ME, OTHER) for w in both] == [MAX, MAX]


def test_only_the_owner_mints():
    bench = Bench()
    token = bench.tokens(1)[0]
    bench.act(token, "mint(address,uint256)", OTHER, 5)
    with pytest.raises(Reverted, match="^owner$"):
        bench.act(token, "mint(address,uint256)", OTHER, 5, sender=OTHER)
    assert bench.balance(token, OTHER) == 5
    with pytest.raises(Reverted, match="^balance$"):
        bench.act(token, "transfer(address,uint256)", ME, 6, sender=OTHER)


def test_flash_lenders_lend_and_are_repaid():
    bench = Bench()
    a, b = bench.tokens(2)
    lender = bench.market("FlashLender", ["uint256"], [5])
    vault = bench.market("FlashVault")
    borrower = bench.deploy(compiled("tests/hostile/Borrower.vy"))
    for holder in (lender, vault, borrower):
        for token in (a, b):
            bench.act(token, "transfer(address,uint256)", holder, 10**18)
    assert bench.view(lender, "flashFee(address,uint256)", ["uint256"], a, 10**6) == 500
    bench.act(borrower, "borrow(address,address,uint256,uint256)", lender, a, 10**18, 0)
    assert bench.balance(a, lender) == 10**18 + 5 * 10**14
    with pytest.raises(Reverted, match="^allowance$"):
        bench.act(borrower, "borrow(address,address,uint256,uint256)", lender, a, 10**18, 1)
    name = "borrow_many(address,address[],uint256[],uint256)"
    bench.act(borrower, name, vault, [a, b], [10**18, 10**17], 0)
    for short, tokens, reason in ((1, [a, b], "^repay$"), (0, [b, a], "^unsorted$"), (0, [a, a], "^unsorted$")):
        with pytest.raises(Reverted, match=reason):
            bench.act(borrower, name, vault, tokens, [10**17, 10**17], short)
    assert bench.balance(a, vault) == 10**18
    assert market_code("FlashVault")
