# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Martlet's executor: one arbitrage cycle a call, on borrowed money, or nothing at all
@license MIT
@notice The owner hands over a cycle of Uniswap-V2- and V3-shaped pools. The first pool called lends the settlement token
        (a flash swap, no extra fee), every other pool pays the next pool directly, and the one payment the executor
        itself makes is `amountIn` of the settlement token to the pool at the cycle's beginning. No other token ever
        passes through this contract, so no approval is needed and none is ever given.
        The call reverts unless the executor's own balance of the settlement token has grown by `min_profit` after
        everything: after every repayment and after the tip for the block builder.
@dev    PROGRAM: records of 36 bytes, big-endian, no padding. 2 to MAX_LEGS legs.
          record 0      token (20) | amountIn (16)   the settlement token, and what the cycle's first leg takes of it
          record i >= 1 pool  (20) | word (16)       leg i of the cycle, in trade order:
            bit 127   1: V3-shaped pool, 0: V2-shaped pool
            bit 126   1: token0 goes in and token1 comes out (zeroForOne)
            bits 0-125  V2: the exact amount out; V3: the exact amount in
        The LAST record's pool is the flash source: it is called first and pays the settlement token to the executor before
        it is paid. Its callback carries the program less its own record, and so on inwards; a continuation is
        always a prefix of the program.
        LIMITS: valid_until_block (40 bits) | tip (88 bits) | min_profit (128 bits).
        What is not checked here, because a pool checks it: reserves, the constant product, amounts of zero, its own lock
        (a pool that appears twice), a V3 input that did not arrive.
"""

interface Token:
    def balanceOf(account: address) -> uint256: view
    def transfer(to: address, amount: uint256) -> bool: nonpayable

interface WrappedNative:
    def withdraw(amount: uint256): nonpayable

interface PairV2:
    def swap(amount0Out: uint256, amount1Out: uint256, to: address, data: Bytes[PROGRAM_MAX]): nonpayable

# The two results of a V3 swap are left undecoded: the balance decides.
interface PoolV3:
    def swap(
        recipient: address,
        zeroForOne: bool,
        amountSpecified: int256,
        sqrtPriceLimitX96: uint160,
        data: Bytes[PROGRAM_MAX],
    ): nonpayable

# Bound of the legs in one program.
MAX_LEGS: constant(uint256) = 8
# Bytes in a record.
RECORD: constant(uint256) = 36
PROGRAM_MAX: constant(uint256) = RECORD * (MAX_LEGS + 1)

IS_V3: constant(uint256) = 2**127
IS_ZERO_FOR_ONE: constant(uint256) = 2**126
AMOUNT_MASK: constant(uint256) = 2**126 - 1

# One inside the bounds of TickMath: a V3 leg has no price limit of its own, the plan's amounts are the limit.
LOWEST_PRICE: constant(uint160) = 4295128740
HIGHEST_PRICE: constant(uint160) = 1461446703485210103287273052203988822378723970341

# The only account that may run a program or withdraw.
owner: public(immutable(address))
# The chain's wrapped native token: the only settlement token a tip can be paid from, the only sender of native accepted.
wrapped_native: public(immutable(address))

# keccak256(pool | continuation) of the one callback that is awaited; zero when none is.
awaited: transient(bytes32)


@deploy
def __init__(owner_: address, wrapped_native_: address):
    assert owner_ != empty(address), "owner"
    assert wrapped_native_ != empty(address), "wrapped native"
    owner = owner_
    wrapped_native = wrapped_native_


@external
@payable
def __default__():
    """
    @notice Takes native money from the wrapped native token's withdraw, and nothing from anyone else.
    """
    assert msg.sender == wrapped_native, "native"


@external
def run(limits: uint256, program: Bytes[PROGRAM_MAX]):
    """
    @notice Runs one cycle. Reverts as a whole, with a reason, unless growth after the tip >= min_profit.
    @param limits  valid_until_block (40 bits) | tip in wei of native (88 bits) | min_profit (128 bits)
    @param program The cycle, see the head of this file
    """
    assert msg.sender == owner, "owner"
    assert block.number <= limits >> 216, "stale"
    size: uint256 = len(program)
    assert size >= 3 * RECORD and size % RECORD == 0, "program"

    token: Token = Token(convert(extract32(program, 0, output_type=uint256) >> 96, address))
    before: uint256 = staticcall token.balanceOf(self)

    last: uint256 = size - RECORD
    if extract32(program, last + 4, output_type=uint256) & IS_V3 == 0:
        self._swap_v2(program, last, self, slice(program, 0, last))
    else:
        self._deliver(program, self)

    tip: uint256 = (limits >> 128) & (2**88 - 1)
    if tip != 0:
        assert token.address == wrapped_native, "tip"
        extcall WrappedNative(wrapped_native).withdraw(tip)
        raw_call(block.coinbase, b"", value=tip)

    assert staticcall token.balanceOf(self) >= before + (limits & (2**128 - 1)), "profit"


@external
def withdraw(token: address, amount: uint256, to: address):
    """
    @notice Sends what the executor holds. Owner only.
    @param token  An ERC-20 token, or the zero address for native money
    @param amount In the token's smallest unit, exactly
    @param to     Not the zero address
    """
    assert msg.sender == owner, "owner"
    assert to != empty(address), "to"
    if token == empty(address):
        raw_call(to, b"", value=amount)
    else:
        assert extcall Token(token).transfer(to, amount, default_return_value=True), "transfer"


@external
def uniswapV2Call(sender: address, amount0: uint256, amount1: uint256, data: Bytes[PROGRAM_MAX]):
    self._resume(data)


@external
def pancakeCall(sender: address, amount0: uint256, amount1: uint256, data: Bytes[PROGRAM_MAX]):
    self._resume(data)


@external
def uniswapV3SwapCallback(amount0Delta: int256, amount1Delta: int256, data: Bytes[PROGRAM_MAX]):
    self._resume(data)


@external
def pancakeV3SwapCallback(amount0Delta: int256, amount1Delta: int256, data: Bytes[PROGRAM_MAX]):
    self._resume(data)


@internal
def _resume(rest: Bytes[PROGRAM_MAX]):
    """
    @dev Goes on with the continuation, if the caller is the pool that was just called and the bytes are those it was
         given. What a pool says it is owed is ignored: it is paid what the plan says.
    """
    assert self.awaited == keccak256(concat(convert(msg.sender, bytes20), rest)), "callback"
    self.awaited = empty(bytes32)
    self._deliver(rest, msg.sender)


@internal
def _deliver(program: Bytes[PROGRAM_MAX], receiver: address):
    """
    @dev Runs every leg of `program` so that the last one pays `receiver`. V2 legs at its end are run in trade order after
         what pays the first of them: the V3 leg before them (whose callback runs the legs before it), or amountIn of
         the settlement token when there is none.
    """
    end: uint256 = len(program)
    # Offset of the first record of the run of V2 legs at the end.
    first: uint256 = end
    for _: uint256 in range(MAX_LEGS + 1):
        if first == RECORD or extract32(program, first - (RECORD - 4), output_type=uint256) & IS_V3 != 0:
            break
        first -= RECORD

    to: address = receiver
    if first != end:
        to = convert(extract32(program, first, output_type=uint256) >> 96, address)
    if first == RECORD:
        token: address = convert(extract32(program, 0, output_type=uint256) >> 96, address)
        amount: uint256 = extract32(program, 4, output_type=uint256) & (2**128 - 1)
        # That the token is a contract was shown by its balanceOf; that it may return nothing is allowed.
        paid: bool = extcall Token(token).transfer(to, amount, default_return_value=True, skip_contract_check=True)
        assert paid, "transfer"
    else:
        self._swap_v3(program, first - RECORD, to)

    for _: uint256 in range(MAX_LEGS):
        if first == end:
            break
        to = receiver
        if first + RECORD != end:
            to = convert(extract32(program, first + RECORD, output_type=uint256) >> 96, address)
        self._swap_v2(program, first, to, b"")
        first += RECORD


@internal
def _swap_v2(program: Bytes[PROGRAM_MAX], at: uint256, to: address, rest: Bytes[PROGRAM_MAX]):
    pool: address = convert(extract32(program, at, output_type=uint256) >> 96, address)
    word: uint256 = extract32(program, at + 4, output_type=uint256)
    amount0: uint256 = word & AMOUNT_MASK
    amount1: uint256 = 0
    if word & IS_ZERO_FOR_ONE != 0:
        amount1 = amount0
        amount0 = 0
    if len(rest) != 0:
        self._await(pool, rest)
    # An address without code pays nobody: the next pool, or the callback that does not come, refuses it.
    extcall PairV2(pool).swap(amount0, amount1, to, rest, skip_contract_check=True)
    assert self.awaited == empty(bytes32), "no callback"


@internal
def _swap_v3(program: Bytes[PROGRAM_MAX], at: uint256, to: address):
    pool: address = convert(extract32(program, at, output_type=uint256) >> 96, address)
    word: uint256 = extract32(program, at + 4, output_type=uint256)
    rest: Bytes[PROGRAM_MAX] = slice(program, 0, at)
    limit: uint160 = HIGHEST_PRICE
    if word & IS_ZERO_FOR_ONE != 0:
        limit = LOWEST_PRICE
    self._await(pool, rest)
    extcall PoolV3(pool).swap(
        to,
        word & IS_ZERO_FOR_ONE != 0,
        convert(word & AMOUNT_MASK, int256),
        limit,
        rest,
        skip_contract_check=True,
    )
    assert self.awaited == empty(bytes32), "no callback"


@internal
def _await(pool: address, rest: Bytes[PROGRAM_MAX]):
    self.awaited = keccak256(concat(convert(pool, bytes20), rest))
