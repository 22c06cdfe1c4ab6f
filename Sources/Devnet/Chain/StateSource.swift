public import EVM
public import EVMTypes

/// One thing of a forked chain's state, as its source has it.
public enum StateFact: Sendable {
    /// An account, nil meaning that there is none, and its code when it has one.
    case account(Address, AccountState?)
    case slot(Address, U256, U256)
    case code(Hash32, [UInt8])
    case blockHash(UInt64, Hash32)
}

/// Where a forked chain's state comes from, pinned to one block.
public protocol StateSource: Sendable {
    /// Answers every need. Throws a line for people when the source does not.
    func facts(for needs: [StateNeed]) async throws -> [StateFact]
}
