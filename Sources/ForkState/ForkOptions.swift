/// How a fork is served.
public struct ForkOptions: Sendable, Hashable {
    /// Whether every account and slot is proven against the header's state root, the header against the block's hash,
    /// and block hashes by headers or the EIP-2935 contract.
    public var verifies = false
    /// Most JSON-RPC requests (each item of a batch counts); nil for no bound.
    public var callsMax: UInt64?
    /// Most bytes of requests and results together; nil for no bound.
    public var bytesMax: UInt64?
    /// How often a request is sent again after a failure that may pass (rate, timeout, an error of the node's own).
    public var retriesMax = 3
    /// Most rounds of one run: each asks for what the round before it found missing.
    public var roundsMax = 4_096
    /// Longest code that is believed to be one, in bytes.
    public var codeBytesMax = 1 << 18
    /// Most accounts and slots of one block that are kept in memory; beyond it memory is emptied and filled again from
    /// the cache or the node.
    public var memoryEntriesMax = 2_000_000
    /// Most bytes of code that are kept in memory.
    public var codeMemoryMax = 256 << 20
    /// Whether a transaction's needs are learned by `eth_createAccessList` or the prestate tracer where the node has
    /// them.
    public var prefetches = true

    public init() {}
}

/// How a cache is kept.
public struct StateCacheOptions: Sendable, Hashable {
    /// How many blocks' accounts and slots are kept; the least recently pinned goes first.
    public var blocksMax = 64
    /// How many (contract, selector) pairs' needs are remembered.
    public var hintsMax = 4_096

    public init() {}
}
