"""The fixed runs behind the gas snapshot and the vectors: for each shape the first cycle in order that earns."""

import itertools

from program import program, run_data

AMOUNT = 10**17
SHAPES = ["22", "23", "32", "33", "222", "232", "323", "333", "2222", "22223333"]


def routes(world, shape):
    kinds = [mark == "3" for mark in shape]
    if len(kinds) == 3:
        ring = [world.weth, world.a, world.b, world.weth]
        choices = [world.between(x, y, k) for x, y, k in zip(ring, ring[1:], kinds)]
    else:
        choices = [world.between(world.weth, world.a, k) for k in kinds]
    for route in itertools.product(*choices):
        if len({p.address for p in route}) == len(route):
            yield route


def sample(world, shape):
    """(route, legs, gross profit), the same on every machine."""
    tried = 0
    for route in routes(world, shape):
        legs, profit = world.plan(world.weth, route, AMOUNT)
        if profit > 0:
            return route, legs, profit
        tried += 1
        assert tried < 80, f"no cycle of shape {shape} earns"
    raise AssertionError(f"no cycle of shape {shape}")


def run(world, legs, profit, tip, keep=True):
    """Runs it with nothing to spare; returns the receipt and the calldata."""
    data = run_data(world.weth, legs, profit - tip, tip, world.chain.number + 1)
    receipt = world.chain.send(world.executor, data, keep=keep)
    assert receipt.ok, receipt.reason or receipt.output.hex()
    return receipt, data


def title(shape):
    return "-".join(f"V{mark}" for mark in shape)


__all__ = ["AMOUNT", "SHAPES", "program", "routes", "run", "sample", "title"]
