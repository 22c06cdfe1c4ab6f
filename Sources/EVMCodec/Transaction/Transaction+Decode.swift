internal import EVMCrypto
internal import EVMTypes

extension Transaction {
    /// Decodes one signed transaction envelope that fills `bytes`.
    ///
    /// Refuses non-canonical RLP, values out of range and, unless `allowingHighS` (blocks before Homestead), a high s.
    /// `encoded()` of the result equals `bytes`. The signature is not recovered here. O(n); copies calldata once.
    public init(decoding bytes: [UInt8], allowingHighS: Bool = false) throws(TransactionError) {
        guard let first = bytes.first else { throw .empty }
        if first >= 0xC0 {
            self = try Self.legacy(try TransactionReader(bytes, from: 0))
        } else {
            guard first != 0, let kind = Kind(rawValue: first) else { throw .unsupportedType(first) }
            self = try Self.typed(kind, try TransactionReader(bytes, from: 1))
        }
        if let problem = wellFormednessProblem(allowingHighS: allowingHighS) { throw problem }
    }

    private static func legacy(_ start: TransactionReader) throws(TransactionError) -> Transaction {
        var reader = start
        var result = Transaction(kind: .legacy, chainID: nil, nonce: 0, gasLimit: 0, to: nil)
        result.nonce = try reader.uint64(.nonce)
        result.gasPrice = try reader.u256(.gasPrice)
        try reader.callPart(into: &result)
        let v = try reader.uint128(.v)
        let yParity: UInt8
        switch v {
        case 27, 28: yParity = UInt8(v - 27)
        case 35...(2 * UInt128(UInt64.max) + 36):
            result.chainID = UInt64((v - 35) / 2)
            yParity = UInt8((v - 35) % 2)
        default: throw .invalidParity
        }
        result.signature = Signature(r: try reader.u256(.r), s: try reader.u256(.s), yParity: yParity)
        try reader.finish()
        return result
    }

    private static func typed(_ kind: Kind, _ start: TransactionReader) throws(TransactionError) -> Transaction {
        var reader = start
        if kind == .blob, reader.startsWithList { throw .blobNetworkForm }
        var result = Transaction(kind: kind, chainID: try reader.uint64(.chainID), nonce: 0, gasLimit: 0, to: nil)
        result.nonce = try reader.uint64(.nonce)
        if kind == .accessList {
            result.gasPrice = try reader.u256(.gasPrice)
        } else {
            result.maxPriorityFeePerGas = try reader.u256(.maxPriorityFeePerGas)
            result.maxFeePerGas = try reader.u256(.maxFeePerGas)
        }
        try reader.callPart(into: &result)
        result.accessList = try reader.list(.accessList) { item throws(RLPError) in try AccessListEntry(item) }
        if kind == .blob {
            result.maxFeePerBlobGas = try reader.u256(.maxFeePerBlobGas)
            result.blobVersionedHashes = try reader.list(.blobVersionedHashes) { item throws(RLPError) in
                try item.hash32()
            }
        }
        if kind == .setCode {
            result.authorizations = try reader.list(.authorizations) { item throws(RLPError) in try Authorization(item)
            }
        }
        let parity = try reader.uint64(.yParity)
        guard parity <= 1 else { throw .invalidParity }
        result.signature = Signature(r: try reader.u256(.r), s: try reader.u256(.s), yParity: UInt8(parity))
        try reader.finish()
        return result
    }
}

extension AccessListEntry {
    init(_ item: RLP.Item) throws(RLPError) {
        var list = try item.list()
        address = try list.next().address()
        var keys = try list.next().list()
        try list.finish()
        storageKeys = []
        while !keys.isAtEnd { storageKeys.append(try keys.next().hash32()) }
    }
}

/// Reads a transaction's fields in order and names the field in every error.
private struct TransactionReader {
    private var reader: RLP.Reader

    init(_ bytes: [UInt8], from position: Int) throws(TransactionError) {
        do throws(RLPError) {
            var outer = RLP.Reader(base: bytes, position: position, end: bytes.count)
            reader = try outer.next().list()
            try outer.finish()
        } catch { throw .malformed(.envelope, error) }
    }

    /// True when the next item is a list; consumes nothing.
    var startsWithList: Bool {
        var copy = reader
        do throws(RLPError) { return try copy.next().isList } catch { return false }  // the real read reports the error
    }

    mutating func uint64(_ field: TransactionError.Field) throws(TransactionError) -> UInt64 {
        try read(field) { item throws(RLPError) in try item.uint64() }
    }

    mutating func uint128(_ field: TransactionError.Field) throws(TransactionError) -> UInt128 {
        try read(field) { item throws(RLPError) in try item.uint128() }
    }

    mutating func u256(_ field: TransactionError.Field) throws(TransactionError) -> U256 {
        try read(field) { item throws(RLPError) in try item.u256() }
    }

    /// gasLimit, to, value, data: the same four in every type.
    mutating func callPart(into result: inout Transaction) throws(TransactionError) {
        result.gasLimit = try uint64(.gasLimit)
        result.to = try read(.to) { item throws(RLPError) in try item.addressOrEmpty() }
        result.value = try u256(.value)
        result.data = try read(.data) { item throws(RLPError) in try item.bytes() }
    }

    mutating func list<Element>(
        _ field: TransactionError.Field, _ element: (RLP.Item) throws(RLPError) -> Element
    ) throws(TransactionError) -> [Element] {
        try read(field) { item throws(RLPError) in
            var list = try item.list()
            var elements: [Element] = []
            while !list.isAtEnd { elements.append(try element(try list.next())) }
            return elements
        }
    }

    func finish() throws(TransactionError) {
        guard reader.isAtEnd else { throw .fieldCount }
    }

    private mutating func read<Value>(
        _ field: TransactionError.Field, _ body: (RLP.Item) throws(RLPError) -> Value
    ) throws(TransactionError) -> Value {
        guard !reader.isAtEnd else { throw .fieldCount }
        do throws(RLPError) { return try body(try reader.next()) } catch { throw .malformed(field, error) }
    }
}
