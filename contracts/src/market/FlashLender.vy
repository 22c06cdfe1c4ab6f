# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
"""
@title  Flash loans by ERC-3156
@license MIT
@notice Lends what it holds of any token within one call, for a fee in basis points fixed at construction.
"""

interface Token:
    def balanceOf(account: address) -> uint256: view
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(sender: address, to: address, amount: uint256) -> bool: nonpayable

interface Borrower:
    def onFlashLoan(
        initiator: address, token: address, amount: uint256, fee: uint256, data: Bytes[DATA_MAX]
    ) -> bytes32: nonpayable

DATA_MAX: constant(uint256) = 2048
SUCCESS: constant(bytes32) = keccak256("ERC3156FlashBorrower.onFlashLoan")

feeBps: public(immutable(uint256))


@deploy
def __init__(feeBps_: uint256):
    assert feeBps_ < 10000, "fee"
    feeBps = feeBps_


@external
@view
def maxFlashLoan(token: address) -> uint256:
    return staticcall Token(token).balanceOf(self)


@external
@view
def flashFee(token: address, amount: uint256) -> uint256:
    return amount * feeBps // 10000


@external
@nonreentrant
def flashLoan(receiver: address, token: address, amount: uint256, data: Bytes[DATA_MAX]) -> bool:
    fee: uint256 = amount * feeBps // 10000
    assert extcall Token(token).transfer(receiver, amount, default_return_value=True), "transfer"
    answer: bytes32 = extcall Borrower(receiver).onFlashLoan(msg.sender, token, amount, fee, data)
    assert answer == SUCCESS, "callback"
    assert extcall Token(token).transferFrom(receiver, self, amount + fee, default_return_value=True), "repay"
    return True
