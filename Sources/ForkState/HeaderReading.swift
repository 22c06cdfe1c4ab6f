public import EVMCodec
internal import EVMTypes

extension ConsensusHeader {
    /// Reads every hashed field of an RPC header or block object. The object's own `hash` is not looked at.
    ///
    /// Later forks' fields are read when they are there. A peer that leaves out mix hash, nonce, ommers' hash or blooms
    /// (some chains do) gives a header with another hash. Throws `.badAnswer` with the field's name.
    /// Source: execution-apis `src/schemas/block.yaml`.
    public init(json: JSON) throws(ForkStateError) {
        self.init()
        let reader = HeaderFields(json)
        number = try reader.need("number") { $0.quantityU64 }
        parentHash = try reader.need("parentHash") { $0.hash32 }
        stateRoot = try reader.need("stateRoot") { $0.hash32 }
        timestamp = try reader.need("timestamp") { $0.quantityU64 }
        gasLimit = try reader.need("gasLimit") { $0.quantityU64 }
        gasUsed = try reader.need("gasUsed") { $0.quantityU64 }
        let author = try reader.may("author") { $0.address }
        guard let payee = try reader.may("miner", { $0.address }) ?? author else {
            throw reader.fault("miner")
        }
        coinbase = payee
        ommersHash = try reader.may("sha3Uncles") { $0.hash32 } ?? ommersHash
        transactionsRoot = try reader.may("transactionsRoot") { $0.hash32 } ?? transactionsRoot
        receiptsRoot = try reader.may("receiptsRoot") { $0.hash32 } ?? receiptsRoot
        if let bytes = try reader.may("logsBloom", { $0.hexBytes }) {
            guard let bloom = Bloom(bytes: bytes) else { throw reader.fault("logsBloom") }
            logsBloom = bloom
        }
        difficulty = try reader.may("difficulty") { $0.quantityU256 } ?? .zero
        extraData = try reader.may("extraData") { $0.hexBytes } ?? []
        mixHash = try reader.may("mixHash") { $0.hash32 } ?? .zero
        nonce = try reader.may("nonce") { $0.quantityU64 } ?? 0
        baseFeePerGas = try reader.may("baseFeePerGas") { $0.quantityU256 }
        withdrawalsRoot = try reader.may("withdrawalsRoot") { $0.hash32 }
        blobGasUsed = try reader.may("blobGasUsed") { $0.quantityU64 }
        excessBlobGas = try reader.may("excessBlobGas") { $0.quantityU64 }
        parentBeaconBlockRoot = try reader.may("parentBeaconBlockRoot") { $0.hash32 }
        requestsHash = try reader.may("requestsHash") { $0.hash32 }
    }
}

private struct HeaderFields {
    let json: JSON

    init(_ json: JSON) { self.json = json }

    func fault(_ name: String) -> ForkStateError {
        ForkStateError(.badAnswer, "answered a block whose member \(name) is missing or malformed")
    }

    func need<Value>(_ name: String, _ shape: (JSON) -> Value?) throws(ForkStateError) -> Value {
        guard let value = try may(name, shape) else { throw fault(name) }
        return value
    }

    func may<Value>(_ name: String, _ shape: (JSON) -> Value?) throws(ForkStateError) -> Value? {
        guard let member = json[name], !member.isNull else { return nil }
        guard let value = shape(member) else { throw fault(name) }
        return value
    }
}
