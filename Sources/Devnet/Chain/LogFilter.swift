import EVMCodec
import EVMTypes

/// Which logs a client wants. Source: `eth_getLogs`.
struct LogFilter: Hashable {
    /// Empty: any.
    var addresses: Set<Address> = []
    /// By position; nil: any.
    var topics: [Set<Hash32>?] = []

    func matches(_ log: ReceiptLog) -> Bool {
        guard addresses.isEmpty || addresses.contains(log.address), topics.count <= log.topics.count else {
            return false
        }
        for (position, wanted) in topics.enumerated() {
            if let wanted, !wanted.contains(log.topics[position]) { return false }
        }
        return true
    }

    /// Whether a block with this filter of logs may hold one that matches.
    func mayMatch(_ bloom: Bloom) -> Bool {
        if !addresses.isEmpty, !addresses.contains(where: { bloom.mayContain($0.bytes) }) { return false }
        return topics.allSatisfy { wanted in
            guard let wanted else { return true }
            return wanted.contains { bloom.mayContain($0.bytes) }
        }
    }
}
