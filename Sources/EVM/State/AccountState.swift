internal import EVMCrypto
public import EVMTypes

/// What the state holds of one account, its storage aside.
public struct AccountState: Hashable, Sendable {
    /// Transactions sent, or for a contract 1 plus contracts created (EIP-161).
    public var nonce: UInt64
    /// Wei.
    public var balance: U256
    /// keccak256 of the code; `Self.emptyCodeHash` where there is none.
    public var codeHash: Hash32
    /// Whether a slot may be other than zero. Only a creation on top of such an account asks (EIP-7610); false where
    /// the source does not know.
    public var hasStorage: Bool

    public init(
        nonce: UInt64 = 0, balance: U256 = .zero, codeHash: Hash32 = AccountState.emptyCodeHash,
        hasStorage: Bool = false
    ) {
        self.nonce = nonce
        self.balance = balance
        self.codeHash = codeHash
        self.hasStorage = hasStorage
    }

    /// keccak256 of no bytes.
    @inlinable public static var emptyCodeHash: Hash32 {
        Hash32(
            U256(
                lo: 0xe500_b653_ca82_273b_7bfa_d804_5d85_a470, hi: 0xc5d2_4601_86f7_233c_927e_7db2_dcc7_03c0))
    }

    /// No nonce, no wei, no code: what EIP-161 calls empty.
    public var isEmpty: Bool { nonce == 0 && balance.isZero && codeHash == Self.emptyCodeHash }
}

/// One thing of the chain's state that a run needed and its pinned state did not hold.
public enum StateNeed: Hashable, Sendable {
    /// An account's nonce, balance and code hash, or that there is none.
    case account(Address)
    /// One storage slot.
    case slot(Address, U256)
    /// The code with this hash, which belongs to this account.
    case code(Address, Hash32)
    /// The hash of the block of this number.
    case blockHash(UInt64)
}
