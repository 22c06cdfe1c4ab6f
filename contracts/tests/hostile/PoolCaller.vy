# pragma version 0.4.3
# pragma evm-version cancun
"""
@notice Calls V3-shaped pools directly and pays whatever their callbacks ask for.
"""

interface Token:
    def transfer(to: address, amount: uint256) -> bool: nonpayable

interface Pool:
    def token0() -> address: view
    def token1() -> address: view
    def mint(recipient: address, a: int24, b: int24, amount: uint128, data: Bytes[32]) -> (uint256, uint256): nonpayable
    def burn(a: int24, b: int24, amount: uint128) -> (uint256, uint256): nonpayable
    def collect(to: address, a: int24, b: int24, x: uint128, y: uint128) -> (uint128, uint128): nonpayable
    def swap(to: address, down: bool, amount: int256, limit: uint160, data: Bytes[32]) -> (int256, int256): nonpayable
    def flash(to: address, amount0: uint256, amount1: uint256, data: Bytes[96]): nonpayable


@external
def mint(pool: address, lower: int24, upper: int24, amount: uint128) -> (uint256, uint256):
    return extcall Pool(pool).mint(self, lower, upper, amount, b"")


@external
def burn(pool: address, lower: int24, upper: int24, amount: uint128) -> (uint256, uint256):
    return extcall Pool(pool).burn(lower, upper, amount)


@external
def collect(pool: address, lower: int24, upper: int24, x: uint128, y: uint128) -> (uint256, uint256):
    a: uint128 = 0
    b: uint128 = 0
    a, b = extcall Pool(pool).collect(self, lower, upper, x, y)
    return convert(a, uint256), convert(b, uint256)


@external
def swap(pool: address, down: bool, amount: int256, limit: uint160) -> (int256, int256):
    return extcall Pool(pool).swap(self, down, amount, limit, b"")


@external
def flash(pool: address, amount0: uint256, amount1: uint256):
    extcall Pool(pool).flash(self, amount0, amount1, abi_encode(amount0, amount1, convert(0, uint256)))


@external
def flash_short(pool: address, amount0: uint256, amount1: uint256):
    extcall Pool(pool).flash(self, amount0, amount1, abi_encode(amount0, amount1, convert(1, uint256)))


@external
def uniswapV3MintCallback(amount0: uint256, amount1: uint256, data: Bytes[32]):
    self._pay(amount0, amount1)


@external
def uniswapV3SwapCallback(amount0: int256, amount1: int256, data: Bytes[32]):
    self._pay(convert(max(amount0, 0), uint256), convert(max(amount1, 0), uint256))


@external
def uniswapV3FlashCallback(fee0: uint256, fee1: uint256, data: Bytes[96]):
    amount0: uint256 = 0
    amount1: uint256 = 0
    short: uint256 = 0
    amount0, amount1, short = abi_decode(data, (uint256, uint256, uint256))
    self._pay(amount0 + fee0 - short, amount1 + fee1)


@internal
def _pay(amount0: uint256, amount1: uint256):
    if amount0 != 0:
        extcall Token(staticcall Pool(msg.sender).token0()).transfer(msg.sender, amount0)
    if amount1 != 0:
        extcall Token(staticcall Pool(msg.sender).token1()).transfer(msg.sender, amount1)
