# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Flash loans with the functions of Balancer V2's vault
@license MIT
@notice Lends what it holds of up to eight tokens within one call, for nothing; the receiver sends everything back itself.
"""

interface Token:
    def balanceOf(account: address) -> uint256: view
    def transfer(to: address, amount: uint256) -> bool: nonpayable

interface Recipient:
    def receiveFlashLoan(
        tokens: DynArray[address, TOKENS_MAX],
        amounts: DynArray[uint256, TOKENS_MAX],
        feeAmounts: DynArray[uint256, TOKENS_MAX],
        userData: Bytes[DATA_MAX],
    ): nonpayable

event FlashLoan:
    recipient: indexed(address)
    token: indexed(address)
    amount: uint256
    feeAmount: uint256

DATA_MAX: constant(uint256) = 2048
TOKENS_MAX: constant(uint256) = 8


@external
@nonreentrant
def flashLoan(
    recipient: address,
    tokens: DynArray[address, TOKENS_MAX],
    amounts: DynArray[uint256, TOKENS_MAX],
    userData: Bytes[DATA_MAX],
):
    assert len(tokens) == len(amounts), "length"
    before: DynArray[uint256, TOKENS_MAX] = []
    fees: DynArray[uint256, TOKENS_MAX] = []
    previous: uint160 = 0
    for i: uint256 in range(len(tokens), bound=TOKENS_MAX):
        # Ascending, so that no token is lent twice.
        assert convert(tokens[i], uint160) > previous, "unsorted"
        previous = convert(tokens[i], uint160)
        before.append(staticcall Token(tokens[i]).balanceOf(self))
        fees.append(0)
        assert extcall Token(tokens[i]).transfer(recipient, amounts[i], default_return_value=True), "transfer"
    extcall Recipient(recipient).receiveFlashLoan(tokens, amounts, fees, userData)
    for i: uint256 in range(len(tokens), bound=TOKENS_MAX):
        assert staticcall Token(tokens[i]).balanceOf(self) >= before[i], "repay"
        log FlashLoan(recipient=recipient, token=tokens[i], amount=amounts[i], feeAmount=0)
