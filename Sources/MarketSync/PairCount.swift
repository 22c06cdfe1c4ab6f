import EVMCodec
import EVMTypes
import NodeClient
import Pools

/// The list that V2 factories keep of their pairs: tells whether a peer left creation logs out.
/// Source: v2-core `UniswapV2Factory` (`allPairs`, `allPairsLength`).
struct PairCount: Sendable {
    let peers: SyncPeers
    let block: BlockID

    /// More pairs than any factory has; a larger answer is nonsense.
    static let countMax = 50_000_000

    private static let allPairsLength = ABI.selector("allPairsLength()")
    private static let allPairs = ABI.selector("allPairs(uint256)")
    private static let token0 = ABI.selector("token0()")
    private static let token1 = ABI.selector("token1()")

    private func view(_ to: Address, _ data: [UInt8]) -> RPCRequest {
        RPCRequest("eth_call", [["to": .address(to), "data": .hex(data)], block.json])
    }

    /// How many pairs the factory made; nil when it has no such list.
    func count(of factory: Address) async throws -> Int? {
        let answer = try await peers.batch([view(factory, Self.allPairsLength)], worker: 0)[0]
        guard let bytes = answer?.hexBytes, bytes.count == 32, let count = U256(bigEndian: bytes[...]).asInt,
            count <= Self.countMax
        else { return nil }
        return count
    }

    /// The pairs of the list that `isKnown` does not know, with their tokens.
    func missing(
        of factory: Address, count: Int, isKnown: (Address) -> Bool
    ) async throws -> [(pair: Address, token0: Address, token1: Address)] {
        var unknown: [Address] = []
        for start in stride(from: 0, to: count, by: 2_000) {
            let numbers = start..<min(count, start + 2_000)
            let requests = numbers.map { view(factory, Self.allPairs + U256($0).bigEndianBytes) }
            for answer in try await peers.batch(requests, worker: 0) {
                if let pair = Self.address(answer), !isKnown(pair) { unknown.append(pair) }
            }
        }
        let answers = try await peers.batch(
            unknown.flatMap { [view($0, Self.token0), view($0, Self.token1)] }, worker: 0)
        return unknown.enumerated().compactMap { index, pair in
            guard let token0 = Self.address(answers[2 * index]), let token1 = Self.address(answers[2 * index + 1])
            else { return nil }
            return (pair, token0, token1)
        }
    }

    private static func address(_ json: JSON?) -> Address? {
        guard let bytes = json?.hexBytes, bytes.count == 32 else { return nil }
        return Address(word: U256(bigEndian: bytes[...]))
    }
}
