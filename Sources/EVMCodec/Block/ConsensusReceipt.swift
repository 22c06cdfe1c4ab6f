public import EVMTypes

/// What a transaction left in its block, in the form whose trie root is in the header.
///
/// Source: Yellow Paper section 4.3.1; EIP-658 (status), EIP-2718 (types).
public struct ConsensusReceipt: Hashable, Sendable {
    /// How the transaction ended.
    public enum Outcome: Hashable, Sendable {
        /// From Byzantium on: whether its outermost frame succeeded.
        case status(Bool)
        /// Before Byzantium: the root of the state after it.
        case stateRoot(Hash32)
    }

    /// The transaction's type.
    public var kind: Transaction.Kind
    /// How the transaction ended.
    public var outcome: Outcome
    /// Gas used in the block up to and with this transaction.
    public var cumulativeGasUsed: UInt64
    /// The filter of `logs`.
    public var bloom: Bloom
    /// Its logs in order.
    public var logs: [ReceiptLog]

    /// Makes a receipt; the filter is computed from the logs.
    public init(kind: Transaction.Kind, outcome: Outcome, cumulativeGasUsed: UInt64, logs: [ReceiptLog]) {
        self.kind = kind
        self.outcome = outcome
        self.cumulativeGasUsed = cumulativeGasUsed
        self.bloom = Bloom(logs)
        self.logs = logs
    }

    /// The EIP-2718 envelope: the type byte unless legacy, then RLP of [outcome, gas, bloom, logs].
    public func encoded() -> [UInt8] {
        var encoder = RLP.Encoder(reservingCapacity: 320)
        if kind != .legacy { encoder.appendRaw(kind.rawValue) }
        encoder.appendList { list in
            switch outcome {
            case .status(let succeeded): list.append(UInt64(succeeded ? 1 : 0))
            case .stateRoot(let root): list.append(root)
            }
            list.append(cumulativeGasUsed)
            list.append(bloom.bytes)
            ReceiptLog.append(logs, to: &list)
        }
        return encoder.bytes
    }

    /// Reads an envelope that fills `bytes`. The filter is read, not compared with the logs. Refuses what
    /// `encoded()` cannot write.
    public init(decoding bytes: [UInt8]) throws(ReceiptError) {
        guard let first = bytes.first else { throw .malformed(.unexpectedEnd) }
        kind = .legacy
        if first < 0xC0 {
            guard first != 0, let typed = Transaction.Kind(rawValue: first) else { throw .unsupportedType(first) }
            kind = typed
        }
        do throws(RLPError) {
            var outer = RLP.Reader(base: bytes, position: kind == .legacy ? 0 : 1, end: bytes.count)
            var list = try outer.next().list()
            try outer.finish()
            let first = try list.next()
            if first.count == 32 {
                outcome = .stateRoot(try first.hash32())
            } else {
                let status = try first.uint64()
                guard status < 2 else { throw RLPError.overflow }
                outcome = .status(status == 1)
            }
            cumulativeGasUsed = try list.next().uint64()
            guard let filter = Bloom(bytes: try list.next().bytes()) else { throw RLPError.wrongSize }
            bloom = filter
            var items = try list.next().list()
            logs = []
            while !items.isAtEnd { logs.append(try ReceiptLog(try items.next())) }
            try list.finish()
        } catch { throw .malformed(error) }
    }

    /// The root of the receipts trie of a block.
    public static func root(_ receipts: [ConsensusReceipt]) -> Hash32 {
        MerklePatricia.orderedRoot(receipts.map { $0.encoded() })
    }
}

/// Why bytes are not a receipt.
public enum ReceiptError: Error, Hashable, Sendable {
    /// A type that is not 0 to 4.
    case unsupportedType(UInt8)
    /// Not canonical RLP, or a field of the wrong shape.
    case malformed(RLPError)
}
