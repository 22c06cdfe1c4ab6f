public import EVMCodec
public import EVMTypes

/// What the node does when the admin API is asked. Closures, so that this target knows nothing of the node's services.
///
/// Thread rule: called from any task, several at a time. A handler may throw `AdminError` with `.unavailable`,
/// `.notFound` or `.badParameter`; anything else becomes "internal error" for the caller and a log line here.
public struct AdminHandlers: Sendable {
    /// The node's state now.
    public var status: @Sendable () async throws -> NodeStatus
    /// Stops signing. Must have taken effect when it returns. The argument is the operator's reason.
    public var pause: @Sendable (_ reason: String?) async throws -> Void
    /// Allows signing again.
    public var resume: @Sendable () async throws -> Void
    /// Begins a graceful stop and returns at once.
    public var shutdown: @Sendable () async throws -> Void
    /// A page of pools.
    public var pools: @Sendable (PoolsQuery) async throws -> AdminPage
    /// A page of opportunities, newest first.
    public var opportunities: @Sendable (RecordsQuery) async throws -> AdminPage
    /// A page of bundles, newest first.
    public var bundles: @Sendable (RecordsQuery) async throws -> AdminPage
    /// Whether the node can do its work; for `/health`.
    public var health: @Sendable () async -> HealthReport
    /// The Prometheus page; for `/metrics`.
    public var metrics: @Sendable () -> String

    /// Takes all handlers.
    public init(
        status: @escaping @Sendable () async throws -> NodeStatus,
        pause: @escaping @Sendable (_ reason: String?) async throws -> Void,
        resume: @escaping @Sendable () async throws -> Void,
        shutdown: @escaping @Sendable () async throws -> Void,
        pools: @escaping @Sendable (PoolsQuery) async throws -> AdminPage,
        opportunities: @escaping @Sendable (RecordsQuery) async throws -> AdminPage,
        bundles: @escaping @Sendable (RecordsQuery) async throws -> AdminPage,
        health: @escaping @Sendable () async -> HealthReport,
        metrics: @escaping @Sendable () -> String
    ) {
        self.status = status
        self.pause = pause
        self.resume = resume
        self.shutdown = shutdown
        self.pools = pools
        self.opportunities = opportunities
        self.bundles = bundles
        self.health = health
        self.metrics = metrics
    }
}

/// The answer of `node_status`. `details` takes whatever else the node wants to tell.
public struct NodeStatus: Sendable {
    /// Name of the chain file, and the chain id.
    public var chain: String, chainID: UInt64
    /// Whether bundles are really sent (`--live`).
    public var isLive: Bool
    /// Whether signing is paused.
    public var isPaused: Bool
    /// Number, hash and timestamp (Unix seconds) of the block the node works on; nil before the first.
    public var head: (number: UInt64, hash: Hash32, timestamp: UInt64)?
    /// Seconds since start.
    public var uptimeSeconds: UInt64
    /// Further members of the result, such as counts of pools and bundles.
    public var details: JSONObject

    /// Takes all members.
    public init(
        chain: String, chainID: UInt64, isLive: Bool, isPaused: Bool,
        head: (number: UInt64, hash: Hash32, timestamp: UInt64)?, uptimeSeconds: UInt64, details: JSONObject = [:]
    ) {
        self.chain = chain
        self.chainID = chainID
        self.isLive = isLive
        self.isPaused = isPaused
        self.head = head
        self.uptimeSeconds = uptimeSeconds
        self.details = details
    }

    var json: JSON {
        var object: JSONObject = [
            "chain": .string(chain), "chainId": .integer(chainID), "live": .bool(isLive), "paused": .bool(isPaused),
            "head": head.map {
                ["number": .integer($0.number), "hash": .hash($0.hash), "timestamp": .integer($0.timestamp)]
            } ?? .null,
            "uptimeSeconds": .integer(uptimeSeconds),
        ]
        for (key, value) in zip(details.keys, details.values) where object[key] == nil { object[key] = value }
        return .object(object)
    }
}

/// The parameters of `pools_list`, checked.
public struct PoolsQuery: Sendable, Equatable {
    /// Most pools wanted: 1 to 1,000.
    public var limit: Int
    /// The `next` of the page before; nil for the first page.
    public var after: String?
    /// Only pools that hold this token.
    public var token: Address?
    /// Only pools of this exchange (its name in the chain file).
    public var dex: String?
    /// Only pools that are usable (true) or not (false).
    public var isUsable: Bool?
    /// Whether V3 pools are shown with all their ticks.
    public var includesTicks: Bool = false
}

/// The parameters of `opportunities_list` and `bundles_list`, checked.
public struct RecordsQuery: Sendable, Equatable {
    /// Most records wanted: 1 to 1,000.
    public var limit: Int
    /// The `next` of the page before; nil for the newest records.
    public var after: String?
    /// Only records in this state.
    public var state: String?
}

/// One page of a list.
public struct AdminPage: Sendable {
    /// The items, each an object.
    public var items: [JSON]
    /// What to give as `after` for the next page; nil when this is the last one.
    public var next: String?

    /// Makes a page.
    public init(items: [JSON], next: String?) {
        self.items = items
        self.next = next
    }

    var json: JSON { ["items": .array(items), "next": next.map { .string($0) } ?? .null] }
}

/// Whether the node can do its work, check by check.
public struct HealthReport: Sendable {
    /// One thing that must hold.
    public struct Check: Sendable {
        /// Its name, for example `head-age`.
        public var name: String
        /// Whether it holds.
        public var isHealthy: Bool
        /// The reason, or the figure looked at. No secret.
        public var detail: String

        /// Makes a check.
        public init(name: String, isHealthy: Bool, detail: String) {
            self.name = name
            self.isHealthy = isHealthy
            self.detail = detail
        }
    }

    /// All checks.
    public var checks: [Check]

    /// Makes a report.
    public init(checks: [Check]) { self.checks = checks }

    /// Whether every check holds.
    public var isHealthy: Bool { checks.allSatisfy(\.isHealthy) }

    var json: JSON {
        [
            "status": isHealthy ? "ok" : "failing",
            "checks": .array(
                checks.map { ["name": .string($0.name), "ok": .bool($0.isHealthy), "detail": .string($0.detail)] }),
        ]
    }
}
