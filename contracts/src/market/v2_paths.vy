# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Amounts and swaps along a path of V2-shaped pairs
@license MIT
"""

interface Pair:
    def getReserves() -> (uint112, uint112, uint32): view
    def swapFeeBps() -> uint256: view
    def swap(amount0Out: uint256, amount1Out: uint256, to: address, data: Bytes[32]): nonpayable

interface Factory:
    def getPair(tokenA: address, tokenB: address) -> address: view

interface Token:
    def balanceOf(account: address) -> uint256: view

# Most tokens in a path.
TOKENS_MAX: constant(uint256) = 9
BPS: constant(uint256) = 10000

pairs: immutable(address)


@deploy
def __init__(factory_: address):
    pairs = factory_


@internal
@view
def pair_of(a: address, b: address) -> address:
    pair: address = staticcall Factory(pairs).getPair(a, b)
    assert pair != empty(address), "NO_PAIR"
    return pair


@internal
@view
def reserves(pair: address, token_in: address, token_out: address) -> (uint256, uint256):
    a: uint112 = 0
    b: uint112 = 0
    t: uint32 = 0
    a, b, t = staticcall Pair(pair).getReserves()
    if convert(token_in, uint160) < convert(token_out, uint160):
        return convert(a, uint256), convert(b, uint256)
    return convert(b, uint256), convert(a, uint256)


@internal
@pure
def amount_out(amount_in: uint256, reserve_in: uint256, reserve_out: uint256, fee: uint256) -> uint256:
    assert amount_in > 0, "INSUFFICIENT_INPUT_AMOUNT"
    assert reserve_in > 0 and reserve_out > 0, "INSUFFICIENT_LIQUIDITY"
    less_fee: uint256 = amount_in * (BPS - fee)
    return less_fee * reserve_out // (reserve_in * BPS + less_fee)


@internal
@pure
def amount_in(amount_out: uint256, reserve_in: uint256, reserve_out: uint256, fee: uint256) -> uint256:
    assert amount_out > 0, "INSUFFICIENT_OUTPUT_AMOUNT"
    assert reserve_in > 0 and reserve_out > amount_out, "INSUFFICIENT_LIQUIDITY"
    return reserve_in * amount_out * BPS // ((reserve_out - amount_out) * (BPS - fee)) + 1


@internal
@view
def amounts_out(given: uint256, path: DynArray[address, TOKENS_MAX]) -> DynArray[uint256, TOKENS_MAX]:
    assert len(path) >= 2, "INVALID_PATH"
    amounts: DynArray[uint256, TOKENS_MAX] = [given]
    for i: uint256 in range(1, len(path), bound=TOKENS_MAX):
        pair: address = self.pair_of(path[i - 1], path[i])
        r_in: uint256 = 0
        r_out: uint256 = 0
        r_in, r_out = self.reserves(pair, path[i - 1], path[i])
        amounts.append(self.amount_out(amounts[i - 1], r_in, r_out, staticcall Pair(pair).swapFeeBps()))
    return amounts


@internal
@view
def amounts_in(wanted: uint256, path: DynArray[address, TOKENS_MAX]) -> DynArray[uint256, TOKENS_MAX]:
    count: uint256 = len(path)
    assert count >= 2, "INVALID_PATH"
    amounts: DynArray[uint256, TOKENS_MAX] = []
    for i: uint256 in range(count, bound=TOKENS_MAX):
        amounts.append(wanted)
    for k: uint256 in range(1, count, bound=TOKENS_MAX):
        i: uint256 = count - 1 - k
        pair: address = self.pair_of(path[i], path[i + 1])
        r_in: uint256 = 0
        r_out: uint256 = 0
        r_in, r_out = self.reserves(pair, path[i], path[i + 1])
        amounts[i] = self.amount_in(amounts[i + 1], r_in, r_out, staticcall Pair(pair).swapFeeBps())
    return amounts


@internal
def swap_fixed(amounts: DynArray[uint256, TOKENS_MAX], path: DynArray[address, TOKENS_MAX], to: address):
    """
    @dev Swaps with outputs that were computed before; the first pair has been paid.
    """
    for i: uint256 in range(1, len(path), bound=TOKENS_MAX):
        receiver: address = to
        if i + 1 < len(path):
            receiver = self.pair_of(path[i], path[i + 1])
        self._swap(self.pair_of(path[i - 1], path[i]), path[i - 1], path[i], amounts[i], receiver)


@internal
def swap_arriving(path: DynArray[address, TOKENS_MAX], to: address):
    """
    @dev Swaps what arrived at each pair, whatever a token kept for itself on the way.
    """
    for i: uint256 in range(1, len(path), bound=TOKENS_MAX):
        receiver: address = to
        if i + 1 < len(path):
            receiver = self.pair_of(path[i], path[i + 1])
        pair: address = self.pair_of(path[i - 1], path[i])
        r_in: uint256 = 0
        r_out: uint256 = 0
        r_in, r_out = self.reserves(pair, path[i - 1], path[i])
        arrived: uint256 = staticcall Token(path[i - 1]).balanceOf(pair) - r_in
        out: uint256 = self.amount_out(arrived, r_in, r_out, staticcall Pair(pair).swapFeeBps())
        self._swap(pair, path[i - 1], path[i], out, receiver)


@internal
def _swap(pair: address, token_in: address, token_out: address, out: uint256, to: address):
    if convert(token_in, uint160) < convert(token_out, uint160):
        extcall Pair(pair).swap(0, out, to, b"")
    else:
        extcall Pair(pair).swap(out, 0, to, b"")
