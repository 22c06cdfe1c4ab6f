public import EVMCodec
internal import EVMCrypto
public import EVMTypes

/// Requests of the execution layer to the consensus layer. Source: EIP-7685, 6110, 7002, 7251.
public enum Requests {
    /// The type byte before a kind of requests.
    public enum Kind: UInt8, Hashable, Sendable {
        /// EIP-6110.
        case deposit = 0
        /// EIP-7002.
        case withdrawal = 1
        /// EIP-7251.
        case consolidation = 2
    }

    /// Mainnet's deposit contract.
    public static let mainnetDepositContract = Address(
        high: 0x0000_0000, low: 0x219a_b540_356c_bb83_9cbe_0530_3d77_05fa)
    /// The topic of its DepositEvent.
    public static let depositTopic = Hash32(
        0x649b_bc62_d0e3_1342_afea_4e5c_d82d_4049_e7e1_ee91_2fc0_889a_a790_803b_e390_38c5)

    /// SHA-256 over the SHA-256 of each `type ‖ data`, in order of types; what has no data is left out.
    public static func hash(_ requests: [[UInt8]]) -> Hash32 {
        var digests: [UInt8] = []
        digests.reserveCapacity(32 * requests.count)
        for request in requests where request.count > 1 { digests += SHA256.hash(request).bytes }
        return SHA256.hash(digests)
    }

    /// The deposits that a block's logs hold, 192 bytes each, without the type byte; nil when a deposit's log has
    /// another layout than the contract's (then the block is not valid).
    public static func deposits(_ logs: some Sequence<ReceiptLog>, contract: Address) -> [UInt8]? {
        var data: [UInt8] = []
        for log in logs where log.address == contract && log.topics.first == depositTopic {
            guard append(log.data, to: &data) else { return nil }
        }
        return data
    }

    /// The five members of a DepositEvent: where the ABI puts the member, and its size.
    private static let layout: [(offset: Int, size: Int)] = [(160, 48), (256, 32), (320, 8), (384, 96), (512, 8)]

    private static func append(_ event: [UInt8], to data: inout [UInt8]) -> Bool {
        guard event.count == 576 else { return false }
        for (index, member) in layout.enumerated() {
            guard U256(bigEndian: event[32 * index..<32 * index + 32]) == U256(member.offset),
                U256(bigEndian: event[member.offset..<member.offset + 32]) == U256(member.size)
            else { return false }
            let start = member.offset + 32
            data.append(contentsOf: event[start..<start + member.size])
        }
        return true
    }
}
