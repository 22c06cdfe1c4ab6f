# pragma version 0.4.3
# pragma evm-version cancun
"""
@notice Borrows by ERC-3156 and from the vault, and pays back all, or one unit less when `short` is set.
"""

interface Token:
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def approve(spender: address, amount: uint256) -> bool: nonpayable

interface Lender:
    def flashLoan(receiver: address, token: address, amount: uint256, data: Bytes[32]) -> bool: nonpayable

interface Vault:
    def flashLoan(recipient: address, tokens: DynArray[address, 8], amounts: DynArray[uint256, 8], data: Bytes[32]): nonpayable

short: public(uint256)
seen: public(uint256)


@external
def borrow(lender: address, token: address, amount: uint256, short: uint256):
    self.short = short
    assert extcall Lender(lender).flashLoan(self, token, amount, b"x")


@external
def borrow_many(vault: address, tokens: DynArray[address, 8], amounts: DynArray[uint256, 8], short: uint256):
    self.short = short
    extcall Vault(vault).flashLoan(self, tokens, amounts, b"")


@external
def onFlashLoan(initiator: address, token: address, amount: uint256, fee: uint256, data: Bytes[32]) -> bytes32:
    assert initiator == self and data == b"x"
    self.seen = amount + fee
    extcall Token(token).approve(msg.sender, amount + fee - self.short)
    return keccak256("ERC3156FlashBorrower.onFlashLoan")


@external
def receiveFlashLoan(tokens: DynArray[address, 8], amounts: DynArray[uint256, 8], fees: DynArray[uint256, 8], data: Bytes[32]):
    for i: uint256 in range(len(tokens), bound=8):
        assert fees[i] == 0
        extcall Token(tokens[i]).transfer(msg.sender, amounts[i] - self.short)
