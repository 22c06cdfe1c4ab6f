internal import EVMCrypto
public import EVMTypes

extension SolidlyPool {
    /// Applies a log of the pool. Nil when it changed the state, else why not; throws for a malformed log.
    ///
    /// `Sync` carries absolute reserves. Camelot also announces its fees and its curve. A factory's fee changes have no
    /// log of the pool: they must be polled. Source: Solidly `Sync(uint256,uint256)`; Camelot `CamelotPair.sol`.
    public mutating func apply(_ topics: [Hash32], _ data: [UInt8]) throws(PoolRefusal) -> LogIgnored? {
        guard let topic = topics.first else { return .unknownEvent }
        switch topic {
        case EventTopics.solidlySync, EventTopics.sync:
            guard topics.count == 1 else { throw .wrongTopicCount }
            guard data.count == 64 else { throw .wrongDataLength }
            let bits = topic == EventTopics.sync ? 112 : 128
            guard let first = EventWord.unsigned(EventWord.word(data, 0), bits: bits),
                let second = EventWord.unsigned(EventWord.word(data, 1), bits: bits)
            else { throw .valueOutOfRange }
            (reserve0, reserve1) = (first, second)
        case EventTopics.camelotFees:
            guard topics.count == 1 else { throw .wrongTopicCount }
            guard data.count == 64 else { throw .wrongDataLength }
            guard let first = EventWord.unsigned(EventWord.word(data, 0), bits: 16),
                let second = EventWord.unsigned(EventWord.word(data, 1), bits: 16), first < feeDenominator,
                second < feeDenominator
            else { throw .valueOutOfRange }
            (fee0, fee1) = (UInt32(first), UInt32(second))
        case EventTopics.camelotStable:
            guard topics.count == 1 else { throw .wrongTopicCount }
            guard data.count == 64 else { throw .wrongDataLength }
            guard let isStable = EventWord.unsigned(EventWord.word(data, 1), bits: 1) else { throw .valueOutOfRange }
            (curve, newton) = isStable == 1 ? (.stableByCubes, .smallStep) : (.volatile, .smallStep)
        case EventTopics.pairMint, EventTopics.pairBurn, EventTopics.pairSwap, EventTopics.solidlyFees,
            EventTopics.transfer, EventTopics.approval:
            return .noEffectOnQuotes
        default: return .unknownEvent
        }
        return nil
    }

    /// The address CREATE2 gives a pool whose salt is keccak(token0, token1, stable), packed: Solidly V1, Velodrome V1,
    /// Thena, and the clones of Velodrome V2 and Aerodrome with the hash of their proxy code.
    public static func derivedAddress(
        _ token0: Address, _ token1: Address, isStable: Bool, sender: Address, initCodeHash: Hash32
    ) -> Address {
        let salt = Keccak256.hash(token0.bytes + token1.bytes + [isStable ? 1 : 0])
        let word = Keccak256.hash([0xff] + sender.bytes + salt.bytes + initCodeHash.bytes).word
        return Address(high: UInt32(truncatingIfNeeded: word.hi), low: word.lo)
    }

    /// The hash of the code that creates a minimal proxy (EIP-1167) of `implementation`, for `derivedAddress`.
    public static func proxyCodeHash(of implementation: Address) -> Hash32 {
        let head: [UInt8] = [
            0x3d, 0x60, 0x2d, 0x80, 0x60, 0x0a, 0x3d, 0x39, 0x81, 0xf3, 0x36, 0x3d, 0x3d, 0x37, 0x3d, 0x3d, 0x3d, 0x36,
            0x3d, 0x73,
        ]
        let tail: [UInt8] = [
            0x5a, 0xf4, 0x3d, 0x82, 0x80, 0x3e, 0x90, 0x3d, 0x91, 0x60, 0x2b, 0x57, 0xfd, 0x5b, 0xf3,
        ]
        return Keccak256.hash(head + implementation.bytes + tail)
    }
}
