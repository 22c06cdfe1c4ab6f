import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import NodeClient

/// Runs `body` with a bound, so that a defect shows as a failure and not as a hang.
func within<Value: Sendable>(
    _ limit: Duration = .seconds(20), _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw Overdue()
        }
        defer { group.cancelAll() }
        // Two tasks were added, so there is a first one.
        return try await group.next()!
    }
}

struct Overdue: Error {}

/// Waits until `condition` holds; false after `limit`.
func eventually(_ limit: Duration = .seconds(10), _ condition: @escaping @Sendable () -> Bool) async -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return condition()
}

/// What `body` throws as a `NodeError`; nil when it does not throw.
func nodeError(_ body: () async throws -> Void) async -> NodeError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? NodeError
    }
}

func endpoint(
    _ url: String, timeout: Duration = .seconds(5), bytesMax: Int = 1 << 20, items: Int = 100, perSecond: Double? = nil,
    burst: Double = 20
) throws -> EndpointConfig {
    EndpointConfig(
        try EndpointURL(url), timeout: timeout, connectTimeout: .seconds(2), responseBytesMax: bytesMax,
        batchItemsMax: items,
        requestsPerSecond: perSecond, burst: burst)
}

func session(_ url: String, chainID: UInt64? = nil, timeout: Duration = .seconds(5), bytesMax: Int = 1 << 20) throws
    -> SocketSession
{
    var options = SocketSession.Options(
        endpoints: [try endpoint(url, timeout: timeout, bytesMax: bytesMax)], chainID: chainID)
    options.backoff = Backoff(initial: .milliseconds(20), maximum: .milliseconds(200), stableAfter: .seconds(5))
    return try SocketSession(options)
}

/// Objects as peers send them.
enum Sample {
    static let hash = "0x" + String(repeating: "ab", count: 32)
    static let address = "0x" + String(repeating: "11", count: 20)

    static func header(_ number: UInt64) -> String {
        """
        {"number":"\(Hex.quantity(number))","hash":"\(hash)","parentHash":"\(hash)","timestamp":"0x5",\
        "gasLimit":"0x10","gasUsed":"0x1","miner":"\(address)","stateRoot":"\(hash)","baseFeePerGas":"0x7"}
        """
    }

    static func log(_ block: UInt64, index: Int = 0, removed: Bool = false) -> String {
        """
        {"address":"\(address)","topics":["\(hash)"],"data":"0x01","blockNumber":"\(Hex.quantity(block))",\
        "blockHash":"\(hash)","transactionHash":"\(hash)","transactionIndex":"0x0",\
        "logIndex":"\(Hex.quantity(UInt64(index)))","removed":\(removed)}
        """
    }

    /// An unsigned legacy transaction object as some peers show it: its hash cannot be checked.
    static func transaction(_ hash: String) -> String {
        """
        {"hash":"\(hash)","nonce":"0x1","gas":"0x5208","gasPrice":"0x3b9aca00","from":"\(address)","to":"\(address)",\
        "value":"0x0","input":"0x","type":"0x0","blockNumber":null}
        """
    }

    static func hash(_ number: Int) -> String { Hash32(U256(number)).hex }
}

/// The next event's item, within the usual bound.
func nextItem(_ subscription: Subscription) async throws -> SubscriptionEvent.Item? {
    try await within { await subscription.next()?.item }
}
