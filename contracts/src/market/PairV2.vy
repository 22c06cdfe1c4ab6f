# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  A constant-product pair, shaped as Uniswap V2's
@license MIT
@notice Same selectors, events and arithmetic; the swap fee is the factory's, read once when the pair is made (0.3 % is
        Uniswap's). The pair is its own liquidity token.
@dev    Slots 0 to 11 mean what they mean in Uniswap's pair (8: reserve0 | reserve1 << 112 | timestamp << 224); where in a
        mapping a key lies is Vyper's way.
"""

interface Token:
    def balanceOf(account: address) -> uint256: view
    def transfer(to: address, amount: uint256) -> bool: nonpayable

interface Factory:
    def feeTo() -> address: view
    def swapFeeBps() -> uint256: view

interface Borrower:
    def uniswapV2Call(sender: address, amount0: uint256, amount1: uint256, data: Bytes[DATA_MAX]): nonpayable

event Approval:
    owner: indexed(address)
    spender: indexed(address)
    amount: uint256

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    amount: uint256

event Mint:
    sender: indexed(address)
    amount0: uint256
    amount1: uint256

event Burn:
    sender: indexed(address)
    amount0: uint256
    amount1: uint256
    to: indexed(address)

event Swap:
    sender: indexed(address)
    amount0In: uint256
    amount1In: uint256
    amount0Out: uint256
    amount1Out: uint256
    to: indexed(address)

event Sync:
    reserve0: uint112
    reserve1: uint112

DATA_MAX: constant(uint256) = 2048
MASK_112: constant(uint256) = 2**112 - 1
MASK_32: constant(uint256) = 2**32 - 1
# Basis points in one.
BPS: constant(uint256) = 10000

name: public(constant(String[17])) = "Martlet Devnet V2"
symbol: public(constant(String[4])) = "MDV2"
decimals: public(constant(uint8)) = 18
MINIMUM_LIQUIDITY: public(constant(uint256)) = 1000
PERMIT_TYPEHASH: public(constant(bytes32)) = keccak256(
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
)

# The fee of every swap, basis points of what goes in.
swapFeeBps: public(immutable(uint256))

totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
DOMAIN_SEPARATOR: public(bytes32)
nonces: public(HashMap[address, uint256])
factory: public(address)
token0: public(address)
token1: public(address)
_reserves: uint256
price0CumulativeLast: public(uint256)
price1CumulativeLast: public(uint256)
kLast: public(uint256)


@deploy
def __init__():
    self.factory = msg.sender
    swapFeeBps = staticcall Factory(msg.sender).swapFeeBps()
    self.DOMAIN_SEPARATOR = keccak256(
        abi_encode(
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
            keccak256(name),
            keccak256("1"),
            chain.id,
            self,
        )
    )


@external
def initialize(token0_: address, token1_: address):
    assert msg.sender == self.factory, "factory"
    self.token0 = token0_
    self.token1 = token1_


@external
@view
def getReserves() -> (uint112, uint112, uint32):
    word: uint256 = self._reserves
    return (
        convert(word & MASK_112, uint112),
        convert((word >> 112) & MASK_112, uint112),
        convert(word >> 224, uint32),
    )


# ---- trading


@external
@nonreentrant
def swap(amount0Out: uint256, amount1Out: uint256, to: address, data: Bytes[DATA_MAX]):
    assert amount0Out > 0 or amount1Out > 0, "INSUFFICIENT_OUTPUT_AMOUNT"
    word: uint256 = self._reserves
    reserve0: uint256 = word & MASK_112
    reserve1: uint256 = (word >> 112) & MASK_112
    assert amount0Out < reserve0 and amount1Out < reserve1, "INSUFFICIENT_LIQUIDITY"
    a: address = self.token0
    b: address = self.token1
    assert to != a and to != b, "INVALID_TO"
    if amount0Out > 0:
        self._pay(a, to, amount0Out)
    if amount1Out > 0:
        self._pay(b, to, amount1Out)
    if len(data) > 0:
        extcall Borrower(to).uniswapV2Call(msg.sender, amount0Out, amount1Out, data)
    balance0: uint256 = staticcall Token(a).balanceOf(self)
    balance1: uint256 = staticcall Token(b).balanceOf(self)
    amount0In: uint256 = 0
    amount1In: uint256 = 0
    if balance0 > unsafe_sub(reserve0, amount0Out):
        amount0In = unsafe_sub(balance0, unsafe_sub(reserve0, amount0Out))
    if balance1 > unsafe_sub(reserve1, amount1Out):
        amount1In = unsafe_sub(balance1, unsafe_sub(reserve1, amount1Out))
    assert amount0In > 0 or amount1In > 0, "INSUFFICIENT_INPUT_AMOUNT"
    less_fee0: uint256 = balance0 * BPS - amount0In * swapFeeBps
    less_fee1: uint256 = balance1 * BPS - amount1In * swapFeeBps
    assert less_fee0 * less_fee1 >= unsafe_mul(unsafe_mul(reserve0, reserve1), BPS**2), "K"
    self._update(balance0, balance1, reserve0, reserve1)
    log Swap(
        sender=msg.sender,
        amount0In=amount0In,
        amount1In=amount1In,
        amount0Out=amount0Out,
        amount1Out=amount1Out,
        to=to,
    )


@external
@nonreentrant
def skim(to: address):
    word: uint256 = self._reserves
    a: address = self.token0
    b: address = self.token1
    self._pay(a, to, staticcall Token(a).balanceOf(self) - (word & MASK_112))
    self._pay(b, to, staticcall Token(b).balanceOf(self) - ((word >> 112) & MASK_112))


@external
@nonreentrant
def sync():
    word: uint256 = self._reserves
    self._update(
        staticcall Token(self.token0).balanceOf(self),
        staticcall Token(self.token1).balanceOf(self),
        word & MASK_112,
        (word >> 112) & MASK_112,
    )


# ---- liquidity


@external
@nonreentrant
def mint(to: address) -> uint256:
    word: uint256 = self._reserves
    reserve0: uint256 = word & MASK_112
    reserve1: uint256 = (word >> 112) & MASK_112
    balance0: uint256 = staticcall Token(self.token0).balanceOf(self)
    balance1: uint256 = staticcall Token(self.token1).balanceOf(self)
    amount0: uint256 = balance0 - reserve0
    amount1: uint256 = balance1 - reserve1
    charges: bool = self._mint_fee(reserve0, reserve1)
    supply: uint256 = self.totalSupply
    liquidity: uint256 = 0
    if supply == 0:
        liquidity = isqrt(amount0 * amount1) - MINIMUM_LIQUIDITY
        self._mint(empty(address), MINIMUM_LIQUIDITY)
    else:
        liquidity = min(amount0 * supply // reserve0, amount1 * supply // reserve1)
    assert liquidity > 0, "INSUFFICIENT_LIQUIDITY_MINTED"
    self._mint(to, liquidity)
    self._update(balance0, balance1, reserve0, reserve1)
    if charges:
        self.kLast = balance0 * balance1
    log Mint(sender=msg.sender, amount0=amount0, amount1=amount1)
    return liquidity


@external
@nonreentrant
def burn(to: address) -> (uint256, uint256):
    word: uint256 = self._reserves
    reserve0: uint256 = word & MASK_112
    reserve1: uint256 = (word >> 112) & MASK_112
    a: address = self.token0
    b: address = self.token1
    balance0: uint256 = staticcall Token(a).balanceOf(self)
    balance1: uint256 = staticcall Token(b).balanceOf(self)
    liquidity: uint256 = self.balanceOf[self]
    charges: bool = self._mint_fee(reserve0, reserve1)
    supply: uint256 = self.totalSupply
    amount0: uint256 = liquidity * balance0 // supply
    amount1: uint256 = liquidity * balance1 // supply
    assert amount0 > 0 and amount1 > 0, "INSUFFICIENT_LIQUIDITY_BURNED"
    self.balanceOf[self] = 0
    self.totalSupply = supply - liquidity
    log Transfer(sender=self, receiver=empty(address), amount=liquidity)
    self._pay(a, to, amount0)
    self._pay(b, to, amount1)
    balance0 = staticcall Token(a).balanceOf(self)
    balance1 = staticcall Token(b).balanceOf(self)
    self._update(balance0, balance1, reserve0, reserve1)
    if charges:
        self.kLast = balance0 * balance1
    log Burn(sender=msg.sender, amount0=amount0, amount1=amount1, to=to)
    return amount0, amount1


@internal
def _mint_fee(reserve0: uint256, reserve1: uint256) -> bool:
    """
    @dev A sixth of the growth of sqrt(k) to the factory's fee receiver, when it has one.
    """
    receiver: address = staticcall Factory(self.factory).feeTo()
    last: uint256 = self.kLast
    if receiver == empty(address):
        if last != 0:
            self.kLast = 0
        return False
    if last != 0:
        root: uint256 = isqrt(reserve0 * reserve1)
        root_last: uint256 = isqrt(last)
        if root > root_last:
            liquidity: uint256 = self.totalSupply * (root - root_last) // (root * 5 + root_last)
            if liquidity > 0:
                self._mint(receiver, liquidity)
    return True


@internal
def _update(balance0: uint256, balance1: uint256, reserve0: uint256, reserve1: uint256):
    assert balance0 <= MASK_112 and balance1 <= MASK_112, "OVERFLOW"
    now: uint256 = block.timestamp & MASK_32
    elapsed: uint256 = unsafe_sub(now, self._reserves >> 224) & MASK_32
    if elapsed > 0 and reserve0 != 0 and reserve1 != 0:
        price0: uint256 = unsafe_mul(unsafe_div(reserve1 << 112, reserve0), elapsed)
        price1: uint256 = unsafe_mul(unsafe_div(reserve0 << 112, reserve1), elapsed)
        self.price0CumulativeLast = unsafe_add(self.price0CumulativeLast, price0)
        self.price1CumulativeLast = unsafe_add(self.price1CumulativeLast, price1)
    self._reserves = balance0 | (balance1 << 112) | (now << 224)
    log Sync(reserve0=convert(balance0, uint112), reserve1=convert(balance1, uint112))


@internal
def _pay(token: address, to: address, amount: uint256):
    assert extcall Token(token).transfer(to, amount, default_return_value=True), "TRANSFER_FAILED"


# ---- the liquidity token


@external
def approve(spender: address, amount: uint256) -> bool:
    self.allowance[msg.sender][spender] = amount
    log Approval(owner=msg.sender, spender=spender, amount=amount)
    return True


@external
def transfer(to: address, amount: uint256) -> bool:
    self._move(msg.sender, to, amount)
    return True


@external
def transferFrom(sender: address, to: address, amount: uint256) -> bool:
    allowed: uint256 = self.allowance[sender][msg.sender]
    if allowed != max_value(uint256):
        self.allowance[sender][msg.sender] = allowed - amount
    self._move(sender, to, amount)
    return True


@external
def permit(owner: address, spender: address, amount: uint256, deadline: uint256, v: uint8, r: bytes32, s: bytes32):
    assert deadline >= block.timestamp, "EXPIRED"
    nonce: uint256 = self.nonces[owner]
    self.nonces[owner] = nonce + 1
    inner: bytes32 = keccak256(abi_encode(PERMIT_TYPEHASH, owner, spender, amount, nonce, deadline))
    digest: bytes32 = keccak256(concat(b"\x19\x01", self.DOMAIN_SEPARATOR, inner))
    signer: address = ecrecover(digest, v, r, s)
    assert signer != empty(address) and signer == owner, "INVALID_SIGNATURE"
    self.allowance[owner][spender] = amount
    log Approval(owner=owner, spender=spender, amount=amount)


@internal
def _mint(to: address, amount: uint256):
    self.totalSupply += amount
    self.balanceOf[to] += amount
    log Transfer(sender=empty(address), receiver=to, amount=amount)


@internal
def _move(sender: address, to: address, amount: uint256):
    self.balanceOf[sender] -= amount
    self.balanceOf[to] += amount
    log Transfer(sender=sender, receiver=to, amount=amount)
