import EVMCodec
import EVMCrypto
import EVMTypes

@testable import NodeServices

/// A chain of headers that a test writes: blocks are named, a branch is a parent's name away.
actor ScriptedChain: ChainReading {
    private var headers: [Hash32: BlockHeader] = [:]
    private var canonical: [UInt64: Hash32] = [:]
    private(set) var logQueries: [Hash32] = []

    static func hash(_ name: String) -> Hash32 { Keccak256.hash(Array(name.utf8)) }

    init(genesis: String = "g") {
        let header = Self.header(genesis, number: 0, parent: .zero)
        headers[header.hash] = header
        canonical[0] = header.hash
    }

    private static func header(_ name: String, number: UInt64, parent: Hash32) -> BlockHeader {
        BlockHeader(
            number: number, hash: hash(name), parentHash: parent, timestamp: 1_000 + number, baseFeePerGas: 7,
            gasLimit: 30_000_000, gasUsed: 0, coinbase: .zero, logsBloom: nil, stateRoot: .zero)
    }

    /// Adds a block on `parent` and makes its branch the canonical one.
    @discardableResult
    func add(_ name: String, on parent: String) -> BlockHeader {
        let above = headers[Self.hash(parent)]!  // a test names an existing block
        let header = Self.header(name, number: above.number + 1, parent: above.hash)
        headers[header.hash] = header
        canonical = canonical.filter { $0.key <= header.number }
        var walk: BlockHeader? = header
        while let block = walk {
            canonical[block.number] = block.hash
            walk = headers[block.parentHash]
        }
        return header
    }

    func latestHeader() async throws -> BlockHeader { headers[canonical[canonical.keys.max()!]!]! }  // genesis is there
    func header(number: UInt64) async throws -> BlockHeader? { canonical[number].flatMap { headers[$0] } }
    func header(hash: Hash32) async throws -> BlockHeader? { headers[hash] }
    func logs(of block: Hash32) async throws -> [Log] {
        logQueries.append(block)
        return [Self.log(block, headers[block]?.number ?? 0)]
    }
    func logs(from first: UInt64, through last: UInt64) async throws -> [Log] {
        (first...last).compactMap { number in canonical[number].map { Self.log($0, number) } }
    }

    /// One log a block whose only topic is the block's hash, so that a test sees which blocks were applied.
    private static func log(_ block: Hash32, _ number: UInt64) -> Log {
        Log(
            address: .zero, topics: [block], data: [], blockNumber: number, blockHash: block, transactionHash: .zero,
            transactionIndex: 0, logIndex: 0, removed: false)
    }
}

/// Keeps the logs of applied blocks, newest last, and can undo `depth` of them.
actor RecordingSink: BlockSink {
    private(set) var applied: [BlockPoint] = []
    private(set) var seen: [Hash32] = []
    let depth: Int

    init(depth: Int) { self.depth = depth }

    func tip() async -> BlockPoint? { applied.last }
    func appliedHash(at number: UInt64) async -> Hash32? {
        applied.suffix(depth + 1).first { $0.number == number }?.hash
    }
    func apply(_ header: BlockHeader, logs: [Log], isNewest: Bool) async throws {
        applied.append(BlockPoint(number: header.number, hash: header.hash))
        seen += logs.compactMap(\.topics.first)
    }
    func applyRange(_ logs: [Log], through header: BlockHeader) async throws {
        applied = [BlockPoint(number: header.number, hash: header.hash)]
        seen += logs.compactMap(\.topics.first)
    }
    func undo(to point: BlockPoint) async throws {
        while let last = applied.last, last.number > point.number {
            applied.removeLast()
            seen.removeAll { $0 == last.hash }
        }
    }
}
