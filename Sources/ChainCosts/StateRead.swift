public import EVMTypes

/// One thing to read from a chain's state before fees can be told; the reader needs not know what it is for.
public enum StateRead: Hashable, Sendable {
    /// A storage slot (`eth_getStorageAt`, or a pinned state).
    case slot(Address, U256)
    /// A contract call without value (`eth_call`); the answer is one or more words.
    case call(Address, [UInt8])
}
