import EVMCodec
import EVMTypes
import NodeClient
import Pools

/// `ChainReading` over the configured endpoints: failover, retries and rate limits are the pool's.
struct NodeReader: ChainReading {
    let pool: EndpointPool
    /// The events that change a pool or make one.
    let filter = LogFilter(topics: [EventTopics.followed])

    func latestHeader() async throws -> BlockHeader {
        guard let header = try await pool.header(at: .latest) else { throw FollowError.blockMissing("latest") }
        return header
    }

    func header(number: UInt64) async throws -> BlockHeader? { try await pool.header(at: .number(number)) }

    func header(hash: Hash32) async throws -> BlockHeader? { try await pool.header(at: .hash(hash)) }

    func logs(of block: Hash32) async throws -> [Log] {
        try await pool.getLogs(filter, blockHash: block).sorted { $0.logIndex < $1.logIndex }
    }

    func logs(from first: UInt64, through last: UInt64) async throws -> [Log] {
        var logs: [Log] = [], next = first
        while next <= last {
            let page = try await pool.collectLogs(filter, from: next, to: last)
            logs += page.logs
            next = page.through + 1
        }
        return logs
    }
}
