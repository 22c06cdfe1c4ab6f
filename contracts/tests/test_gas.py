"""The gas snapshot: cold accounts, genuine pools in use, plain ERC-20 tokens, an executor that holds one unit of weth.

Every figure is a receipt's gasUsed (refunds taken off) under Prague rules. MARTLET_WRITE=1 writes the snapshot anew."""

import json
import os

import pytest

from chain import CONTRACTS, call_data, executor_code
from program import run_data
from samples import SHAPES, run, sample, title

SNAPSHOT = CONTRACTS / "artifacts/gas-snapshot.json"


@pytest.fixture
def worn(world):
    world.chain.act(world.weth, "transfer(address,uint256)", world.executor, 1)
    return world


def measure(world):
    rows = {}
    chain = world.chain
    for shape in SHAPES:
        _, legs, profit = sample(world, shape)
        plain, data = run(world, legs, profit, 0, keep=False)
        tipped, _ = run(world, legs, profit, profit // 2, keep=False)
        rows[title(shape)] = {"run": plain.gas, "runWithTip": tipped.gas, "calldataBytes": len(data)}
        if shape == "22":
            refused = {
                "stale": run_data(world.weth, legs, 0, 0, chain.number),
                "profit": run_data(world.weth, legs, profit + 1),
            }
            rows["refused"] = {
                why: next(r.gas for r in [chain.send(world.executor, d, keep=False)] if r.reason == why) for why, d in refused.items()
            }
    withdraw = call_data("withdraw(address,uint256,address)", world.weth, 1, world.stranger)
    rows["withdraw"] = {"run": chain.send(world.executor, withdraw, keep=False).gas}
    from eth_abi import encode

    code = executor_code() + encode(["address", "address"], [world.me, world.weth])
    rows["deploy"] = {"run": chain.send(None, code, keep=False).gas, "runtimeBytes": len(chain.code(world.executor))}
    return rows


def test_gas_is_that_of_the_snapshot(worn):
    text = json.dumps(measure(worn), indent=2) + "\n"
    if os.environ.get("MARTLET_WRITE") == "1":
        SNAPSHOT.write_text(text)
    assert SNAPSHOT.read_text() == text, "gas changed: look at it, then scripts/contracts.sh write"
