/// What serving a fork has cost so far, for people to read at the end of a command.
public struct ForkReport: Sendable, Hashable, CustomStringConvertible {
    /// JSON-RPC requests that were sent; each item of a batch counts, and each repetition.
    public var calls: UInt64 = 0
    /// Messages that carried them.
    public var messages: UInt64 = 0
    /// Bytes of the requests.
    public var bytesOut: UInt64 = 0
    /// Bytes of the results as compact JSON.
    public var bytesIn: UInt64 = 0
    /// Requests that were sent again.
    public var retries: UInt64 = 0
    /// Answers (accounts, slots, codes, block hashes) that the node gave.
    public var fetched: UInt64 = 0
    /// Answers that were in memory.
    public var memoryHits: UInt64 = 0
    /// Answers that were on the disk.
    public var cacheHits: UInt64 = 0
    /// Answers that another caller had already asked for, and waited for together.
    public var joined: UInt64 = 0
    /// Accounts and slots that were proven.
    public var proven: UInt64 = 0
    /// Needs that were fetched before a run asked for them.
    public var prefetched: UInt64 = 0
    /// Records of the cache that did not hold what was written, and were fetched again.
    public var corruptRecords: UInt64 = 0
    /// Why the cache is not written any more, or not used at all; nil while it works or when there is none.
    public var cacheProblem: String?
    /// Whether a block was pinned from the cache because the node could not be asked.
    public var isOffline = false

    public init() {}

    /// One line.
    public var description: String {
        var text = "\(calls) calls in \(messages) requests, \(bytesOut) bytes out, \(bytesIn) in, \(retries) retries; "
        text += "\(fetched) answers fetched, \(cacheHits) from the cache, \(memoryHits) from memory"
        if joined > 0 { text += ", \(joined) joined" }
        if proven > 0 { text += ", \(proven) proven" }
        if corruptRecords > 0 { text += "; \(corruptRecords) damaged cache records replaced" }
        if isOffline { text += "; offline" }
        if let cacheProblem { text += "; \(cacheProblem)" }
        return text
    }
}
