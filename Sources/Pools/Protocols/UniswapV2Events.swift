internal import EVMTypes

/// The events of V2 pairs and their factory. Source: v2-core `IUniswapV2Pair`, `IUniswapV2Factory`.
enum UniswapV2Event: Equatable {
    /// Absolute reserves: all that a pair's quotes depend on.
    case sync(reserve0: UInt128, reserve1: UInt128)
    /// An event that moves no reserve without a `Sync` beside it.
    case noEffect

    /// Reads a pair's log; nil for an event that pairs do not emit, throws for a malformed one.
    static func read(_ topics: [Hash32], _ data: [UInt8]) throws(PoolRefusal) -> UniswapV2Event? {
        switch topics[0] {
        case EventTopics.sync:
            guard topics.count == 1 else { throw .wrongTopicCount }
            guard data.count == 64 else { throw .wrongDataLength }
            guard let reserve0 = EventWord.unsigned(EventWord.word(data, 0), bits: 112),
                let reserve1 = EventWord.unsigned(EventWord.word(data, 1), bits: 112)
            else { throw .valueOutOfRange }
            return .sync(reserve0: reserve0, reserve1: reserve1)
        case EventTopics.pairMint, EventTopics.pairBurn, EventTopics.pairSwap, EventTopics.transfer,
            EventTopics.approval:
            return .noEffect
        default: return nil
        }
    }

    /// Reads `PairCreated` of an exchange's factory.
    static func readCreation(
        _ topics: [Hash32], _ data: [UInt8], _ dex: DexConfig
    ) throws(PoolRefusal) -> PoolIdentity {
        guard topics.count == 3 else { throw .wrongTopicCount }
        guard data.count == 64 else { throw .wrongDataLength }
        guard let token0 = Address(word: topics[1].word), let token1 = Address(word: topics[2].word),
            let address = Address(word: EventWord.word(data, 0))
        else { throw .valueOutOfRange }
        guard let fee = dex.feePips else { throw .wrongFee }
        return PoolIdentity(
            address: address, token0: token0, token1: token1, dexID: dex.id, kind: .uniswapV2, feePips: fee,
            tickSpacing: 0)
    }
}
