import EVMCodec
import EVMTypes

/// What following a chain asks of its nodes. `NodeReader` asks real endpoints; tests answer from a scripted chain.
protocol ChainReading: Sendable {
    /// The newest header the peer has.
    func latestHeader() async throws -> BlockHeader
    /// The canonical header at a height; nil when the peer does not have it.
    func header(number: UInt64) async throws -> BlockHeader?
    /// A header by hash; nil when the peer does not know it.
    func header(hash: Hash32) async throws -> BlockHeader?
    /// All pool and factory logs of one block.
    func logs(of block: Hash32) async throws -> [Log]
    /// All pool and factory logs of a range of canonical blocks, in order.
    func logs(from first: UInt64, through last: UInt64) async throws -> [Log]
}
