"""Writes and checks Tests/Vectors/executor: programs made by program.py that ran here, which Sources/Bundles must encode alike."""

import json
import os

from eth_abi import encode
from eth_utils import keccak

from chain import CONTRACTS, call_data, executor_code
from samples import SHAPES, run, sample, title

FOLDER = CONTRACTS.parent / "Tests/Vectors/executor"


def vector(world, shape, tip_share):
    route, legs, profit = sample(world, shape)
    tip = profit * tip_share // 10_000
    before = world.chain.balance(world.executor, world.weth)
    block = world.chain.number + 1
    mark = world.chain.snapshot()
    receipt, data = run(world, legs, profit, tip)
    growth = world.chain.balance(world.executor, world.weth) - before
    world.chain.restore(mark)
    return {
        "name": f"{title(shape)} tip {tip_share}",
        "settlement": world.weth.lower(),
        "legs": [
            {
                "pool": leg.pool.lower(), "kind": 3 if leg.is_v3 else 2, "token0": pool.token0.lower(), "token1": pool.token1.lower(),
                "fee": pool.fee, "zeroForOne": leg.zero_for_one, "amountIn": str(leg.amount_in), "amountOut": str(leg.amount_out),
            }
            for leg, pool in zip(legs, route)
        ],
        "profit": str(profit), "tipBps": tip_share, "tip": str(tip), "minProfit": str(profit - tip), "validUntilBlock": block,
        "calldata": "0x" + data.hex(), "growth": str(growth), "gasUsed": receipt.gas,
    }  # fmt: skip


def deployment(world):
    code = executor_code() + encode(["address", "address"], [world.me, world.weth])
    return {
        "owner": world.me.lower(),
        "wrappedNative": world.weth.lower(),
        "initCodeKeccak": "0x" + keccak(code).hex(),
        "deployedCode": "0x" + world.chain.code(world.executor).hex(),
        "withdraw": {
            "token": world.weth.lower(), "amount": "12345678901234567890", "to": world.stranger.lower(),
            "calldata": "0x" + call_data("withdraw(address,uint256,address)", world.weth, 12345678901234567890, world.stranger).hex(),
        },
    }  # fmt: skip


def test_the_committed_vectors_are_what_runs_here(world):
    world.chain.act(world.weth, "transfer(address,uint256)", world.executor, 1)
    made = {
        "programs.json": [vector(world, shape, share) for shape in SHAPES for share in (0, 9_000)],
        "deployment.json": deployment(world),
    }
    for name, content in made.items():
        text = json.dumps(content, indent=1) + "\n"
        if os.environ.get("MARTLET_WRITE") == "1":
            FOLDER.mkdir(parents=True, exist_ok=True)
            (FOLDER / name).write_text(text)
        assert (FOLDER / name).read_text() == text, f"{name} differs: scripts/contracts.sh write"
