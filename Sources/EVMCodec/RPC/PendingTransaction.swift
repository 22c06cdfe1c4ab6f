internal import EVMCrypto
public import EVMTypes

/// A transaction as a peer's RPC shows it, checked against its own hash.
public struct PendingTransaction: Hashable, Sendable {
    /// The transaction hash; equals the hash of `transaction` when that is signed.
    public var hash: Hash32
    /// The sender: the peer's claim when it made one, else recovered from the signature.
    public var from: Address
    /// With the signature when the peer gave v, r and s; then `encoded()` are the raw bytes and hash to `hash`.
    public var transaction: Transaction

    public init(hash: Hash32, from: Address, transaction: Transaction) {
        self.hash = hash
        self.from = from
        self.transaction = transaction
    }

    /// Decodes an RPC transaction object, pending or mined.
    ///
    /// Tolerates what clients do differently: `input` or `data`, `gas` or `gasLimit`, `yParity` or `v` (0/1 or 27/28)
    /// in typed
    /// transactions, no `type`, no `chainId` in legacy ones, no `from`, padded r and s. Refuses members that contradict
    /// each other
    /// and, when it is signed, any object whose members do not hash to `hash`. Costs one Keccak-256; a recovery when
    /// `from` is absent.
    /// Source: execution-apis `src/schemas/transaction.yaml`, `facts/apis.md` §2.1.
    public init(json: JSON) throws(RPCObjectError) {
        guard let object = json.object else { throw RPCObjectError(.transaction, nil, .notAnObject) }
        try self.init(fields: object)
    }

    init(fields: some RPCFields) throws(RPCObjectError) {
        let reader = RPCReader(fields, .transaction)
        hash = try reader.required(.hash) { $0.hash32 }
        transaction = try Transaction(reader)
        if transaction.signature != nil, transaction.hash != hash { throw reader.fault(.hash, .hashMismatch) }
        if let from = try reader.optional(.from, { $0.address }) {
            self.from = from
        } else {
            guard transaction.signature != nil else { throw reader.fault(.from, .missing) }
            guard let from = transaction.sender() else { throw reader.fault(nil, .invalid(.unrecoverable)) }
            self.from = from
        }
    }
}

extension Transaction {
    /// Decodes an RPC transaction object; as `PendingTransaction(json:)` but without looking at `hash` and `from`.
    public init(json: JSON) throws(RPCObjectError) {
        guard let object = json.object else { throw RPCObjectError(.transaction, nil, .notAnObject) }
        self = try Transaction(RPCReader(object, .transaction))
    }

    init<Fields: RPCFields>(_ reader: RPCReader<Fields>) throws(RPCObjectError) {
        let kind = try Self.kind(reader)
        guard let nonce = try reader.optional(.nonce, { $0.quantityU64 }) else { throw reader.fault(.nonce, .missing) }
        guard let gasLimit = try reader.either(.gas, .gasLimit, { $0.quantityU64 }) else {
            throw reader.fault(.gas, .missing)
        }
        self.init(kind: kind, chainID: nil, nonce: nonce, gasLimit: gasLimit, to: nil)
        chainID = try reader.optional(.chainId) { $0.quantityU64 }
        if let to = reader.value(.to), !to.isEmptyHex {
            guard let address = to.address else { throw reader.fault(.to, .malformed) }
            self.to = address
        }
        value = try reader.required(.value) { $0.quantityU256 }
        guard let data = try reader.either(.input, .data, { $0.hexBytes }) else { throw reader.fault(.input, .missing) }
        self.data = data
        try readFees(reader)
        if kind != .legacy { accessList = try reader.optional(.accessList) { $0.accessList } ?? [] }
        if kind == .blob {
            maxFeePerBlobGas = try reader.required(.maxFeePerBlobGas) { $0.quantityU256 }
            blobVersionedHashes = try reader.required(.blobVersionedHashes) { $0.hashes }
        }
        if kind == .setCode { authorizations = try reader.required(.authorizationList) { $0.authorizations } }
        try readSignature(reader)
        if let problem = wellFormednessProblem() { throw reader.fault(nil, .invalid(problem)) }
    }

    /// `type`, or what the fee members say when a client leaves it out.
    private static func kind(_ reader: RPCReader<some RPCFields>) throws(RPCObjectError) -> Kind {
        guard let type = try reader.optional(.type, { $0.quantityU64 }) else {
            if reader.value(.authorizationList) != nil { return .setCode }
            if reader.value(.blobVersionedHashes) != nil { return .blob }
            if reader.value(.maxFeePerGas) != nil { return .dynamicFee }
            return reader.value(.accessList) != nil ? .accessList : .legacy
        }
        guard let small = UInt8(exactly: type), let kind = Kind(rawValue: small) else {
            throw reader.fault(.type, .unsupportedType(type))
        }
        return kind
    }

    private mutating func readFees(_ reader: RPCReader<some RPCFields>) throws(RPCObjectError) {
        if kind == .legacy || kind == .accessList {
            gasPrice = try reader.required(.gasPrice) { $0.quantityU256 }
        } else {
            // `gasPrice` of these types is the effective price, a result and no part of the transaction.
            maxFeePerGas = try reader.required(.maxFeePerGas) { $0.quantityU256 }
            maxPriorityFeePerGas = try reader.required(.maxPriorityFeePerGas) { $0.quantityU256 }
        }
    }

    private mutating func readSignature(_ reader: RPCReader<some RPCFields>) throws(RPCObjectError) {
        let r = try reader.optional(.r) { $0.quantityU256 }
        let s = try reader.optional(.s) { $0.quantityU256 }
        guard let r, let s, !(r.isZero && s.isZero) else { return }
        let v = try reader.optional(.v) { $0.quantityU256 }
        let parity =
            kind == .legacy ? try legacyParity(v, reader) : try typedParity(v, reader)
        signature = Signature(r: r, s: s, yParity: parity)
    }

    private mutating func legacyParity(
        _ v: U256?, _ reader: RPCReader<some RPCFields>
    ) throws(RPCObjectError) -> UInt8 {
        guard let v = v?.asUInt128 else { throw reader.fault(.v, v == nil ? .missing : .malformed) }
        switch v {
        case 27, 28:
            // Some clients state the chain's id beside an unprotected signature; v decides.
            chainID = nil
            return UInt8(v - 27)
        case 35...(2 * UInt128(UInt64.max) + 36):
            let derived = UInt64((v - 35) / 2)
            if let chainID, chainID != derived { throw reader.fault(.chainId, .contradiction) }
            chainID = derived
            return UInt8((v - 35) % 2)
        default: throw reader.fault(.v, .malformed)
        }
    }

    private func typedParity(_ v: U256?, _ reader: RPCReader<some RPCFields>) throws(RPCObjectError) -> UInt8 {
        let stated = try reader.optional(.yParity) { $0.quantityU64 }
        let fromV: UInt64?
        switch v?.asUInt64 {
        case nil where v == nil: fromV = nil
        case let v? where v <= 1: fromV = v
        case let v? where v == 27 || v == 28: fromV = v - 27
        default: throw reader.fault(.v, .malformed)
        }
        if let stated, let fromV, stated != fromV { throw reader.fault(.yParity, .contradiction) }
        guard let parity = stated ?? fromV else { throw reader.fault(.v, .missing) }
        guard parity <= 1 else { throw reader.fault(.yParity, .malformed) }
        return UInt8(parity)
    }
}
