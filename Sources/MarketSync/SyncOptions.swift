public import NodeClient
public import Pools

/// What to sync, from whom, and how hard to try.
public struct SyncOptions: Sendable {
    /// EIP-155 id every endpoint must answer.
    public var chainID: UInt64
    /// The exchanges whose pools are wanted.
    public var dexes: [DexConfig]
    /// Asked all at once; at least one.
    public var endpoints: [EndpointConfig]
    /// The state is read so many blocks below the head, so that a usual reorg leaves it alone. Nodes without an archive
    /// keep the state of 128 blocks, so no more than `depthMax`.
    public var depth: UInt64
    /// Requests under way at once for each endpoint.
    public var workersPerEndpoint = 2
    /// First number of blocks in one `eth_getLogs`; halved where it is refused, grown again where it is taken.
    public var logSpanStart: UInt64 = 2_000
    /// Rounds in a row in which an endpoint may fail before the sync gives up.
    public var failuresMax = 40
    /// Whether transfers of tokens are simulated before their pools are used.
    public var checksTokens = true
    /// Pools compared by `eth_call` at the end.
    public var sampleSize = 64

    /// Depth below which nodes without an archive may have dropped the state while the sync reads it.
    public static let depthMax: UInt64 = 64

    public init(chainID: UInt64, dexes: [DexConfig], endpoints: [EndpointConfig], reorgDepth: UInt64) {
        self.chainID = chainID
        self.dexes = dexes
        self.endpoints = endpoints
        depth = min(reorgDepth, Self.depthMax)
    }
}
