# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Amounts between square-root prices, and one step of a swap
@license MIT
@notice What a pool receives is rounded up and what it pays is rounded down. Uniswap v3 whitepaper 6.2.
"""

import full_math

Q96: constant(uint256) = 2**96
MAX_160: constant(uint256) = 2**160 - 1
MILLION: constant(uint256) = 10**6


@internal
@pure
def amount0_between(a: uint256, b: uint256, liquidity: uint256, up: bool) -> uint256:
    lower: uint256 = min(a, b)
    upper: uint256 = max(a, b)
    assert lower != 0
    if up:
        return full_math.div_up(full_math.mul_div_up(liquidity << 96, unsafe_sub(upper, lower), upper), lower)
    return unsafe_div(full_math.mul_div(liquidity << 96, unsafe_sub(upper, lower), upper), lower)


@internal
@pure
def amount1_between(a: uint256, b: uint256, liquidity: uint256, up: bool) -> uint256:
    width: uint256 = unsafe_sub(max(a, b), min(a, b))
    if up:
        return full_math.mul_div_up(liquidity, width, Q96)
    return full_math.mul_div(liquidity, width, Q96)


@internal
@pure
def price_after_amount0(price: uint256, liquidity: uint256, amount: uint256, add: bool) -> uint256:
    """
    @dev liquidity * price / (liquidity +- amount * price), rounded up.
    """
    if amount == 0:
        return price
    scaled: uint256 = liquidity << 96
    product: uint256 = unsafe_mul(amount, price)
    fits: bool = unsafe_div(product, amount) == price
    if add:
        if fits and unsafe_add(scaled, product) >= scaled:
            return full_math.mul_div_up(scaled, price, unsafe_add(scaled, product))
        return full_math.div_up(scaled, unsafe_div(scaled, price) + amount)
    assert fits and scaled > product
    after: uint256 = full_math.mul_div_up(scaled, price, unsafe_sub(scaled, product))
    assert after <= MAX_160
    return after


@internal
@pure
def price_after_amount1(price: uint256, liquidity: uint256, amount: uint256, add: bool) -> uint256:
    """
    @dev price +- amount / liquidity, rounded down.
    """
    if add:
        after: uint256 = price + full_math.mul_div(amount, Q96, liquidity)
        assert after <= MAX_160
        return after
    quotient: uint256 = full_math.mul_div_up(amount, Q96, liquidity)
    assert price > quotient
    return unsafe_sub(price, quotient)


@internal
@pure
def step(
    price: uint256, target: uint256, liquidity: uint256, remaining: uint256, exact_in: bool, fee: uint256
) -> (uint256, uint256, uint256, uint256):
    """
    @notice One step of a swap within a range of constant liquidity.
    @param remaining Input still to be taken, or output still to be paid
    @return the price reached, the input without fee, the output, the fee
    """
    down: bool = price >= target
    after: uint256 = target
    amount_in: uint256 = 0
    amount_out: uint256 = 0
    if exact_in:
        less_fee: uint256 = full_math.mul_div(remaining, unsafe_sub(MILLION, fee), MILLION)
        if down:
            amount_in = self.amount0_between(target, price, liquidity, True)
        else:
            amount_in = self.amount1_between(price, target, liquidity, True)
        if less_fee < amount_in:
            assert liquidity != 0
            if down:
                after = self.price_after_amount0(price, liquidity, less_fee, True)
            else:
                after = self.price_after_amount1(price, liquidity, less_fee, True)
    else:
        if down:
            amount_out = self.amount1_between(target, price, liquidity, False)
        else:
            amount_out = self.amount0_between(price, target, liquidity, False)
        if remaining < amount_out:
            assert liquidity != 0
            if down:
                after = self.price_after_amount1(price, liquidity, remaining, False)
            else:
                after = self.price_after_amount0(price, liquidity, remaining, False)

    reached: bool = after == target
    if not (reached and exact_in):
        if down:
            amount_in = self.amount0_between(after, price, liquidity, True)
        else:
            amount_in = self.amount1_between(price, after, liquidity, True)
    if not (reached and not exact_in):
        if down:
            amount_out = self.amount1_between(after, price, liquidity, False)
        else:
            amount_out = self.amount0_between(price, after, liquidity, False)
    if not exact_in and amount_out > remaining:
        amount_out = remaining
    if exact_in and not reached:
        return after, amount_in, amount_out, unsafe_sub(remaining, amount_in)
    return after, amount_in, amount_out, full_math.mul_div_up(amount_in, fee, unsafe_sub(MILLION, fee))
