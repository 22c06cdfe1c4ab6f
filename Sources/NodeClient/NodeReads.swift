public import EVMCodec
public import EVMTypes

// The reads the node needs, typed. All throw as `call` does, and `.malformedResponse` when the result has another
// shape.
extension RPCCalling {
    /// The chain's EIP-155 id.
    public func chainID() async throws -> UInt64 {
        try Shape.need(try await call("eth_chainId").quantityU64, "a chain id")
    }

    /// The number of the newest block.
    public func blockNumber() async throws -> UInt64 {
        try Shape.need(try await call("eth_blockNumber").quantityU64, "a block number")
    }

    /// The header of a block; nil when the peer does not know it. A header that is not the one asked for is refused.
    public func header(at block: BlockID) async throws -> BlockHeader? {
        let json: JSON
        if case .hash(let hash) = block {
            json = try await call("eth_getBlockByHash", [.hash(hash), .bool(false)])
        } else {
            json = try await call("eth_getBlockByNumber", [block.json, .bool(false)])
        }
        if json.isNull { return nil }
        let header = try Shape.header(json)
        switch block {
        case .hash(let hash) where header.hash != hash: throw Shape.wrong("the peer sent another block than asked for")
        case .number(let number) where header.number != number:
            throw Shape.wrong("the peer sent another block than asked for")
        default: return header
        }
    }

    /// The logs of one range in one request, as the peer sends them. For long ranges use `EndpointPool.collectLogs`.
    public func getLogs(_ filter: LogFilter, from: UInt64, to: UInt64) async throws -> [Log] {
        var members = filter.members
        members["fromBlock"] = .quantity(from)
        members["toBlock"] = .quantity(to)
        let logs = try Shape.logs(try await call("eth_getLogs", [.object(members)]))
        guard logs.allSatisfy({ (from...max(from, to)).contains($0.blockNumber) }) else {
            throw Shape.wrong("the peer sent logs of blocks that were not asked for")
        }
        return logs
    }

    /// The logs of exactly one block, also when it was reorged away.
    /// `.rpc(.blockNotFound)` when the peer does not have it.
    public func getLogs(_ filter: LogFilter, blockHash: Hash32) async throws -> [Log] {
        var members = filter.members
        members["blockHash"] = .hash(blockHash)
        return try Shape.logs(try await call("eth_getLogs", [.object(members)]), blockHash: blockHash)
    }

    /// Executes a message and returns its output. A revert throws `.rpc(.reverted(data))`.
    public func ethCall(
        _ request: CallRequest, at block: BlockID = .latest, overrides: [Address: AccountOverride] = [:],
        blockOverride: BlockOverride? = nil
    ) async throws -> [UInt8] {
        let params = Self.params(request, block, overrides, blockOverride)
        return try Shape.need(try await call("eth_call", params).hexBytes, "hex bytes")
    }

    /// Executes a call of `to` with `data`.
    public func ethCall(to: Address, data: [UInt8], at block: BlockID = .latest) async throws -> [UInt8] {
        try await ethCall(CallRequest(to: to, data: data), at: block)
    }

    /// The peer's estimate of the gas a message needs: geth's is within 1.5 % above the true minimum, so not exact.
    public func estimateGas(
        _ request: CallRequest, at block: BlockID = .latest, overrides: [Address: AccountOverride] = [:]
    ) async throws -> UInt64 {
        try Shape.need(
            try await call("eth_estimateGas", Self.params(request, block, overrides, nil)).quantityU64, "a gas quantity"
        )
    }

    /// Wei on an account.
    public func getBalance(_ address: Address, at block: BlockID = .latest) async throws -> U256 {
        try Shape.need(try await call("eth_getBalance", [.address(address), block.json]).quantityU256, "a quantity")
    }

    /// The account's next nonce: with `.pending` counting the peer's mempool, with `.latest` only mined ones.
    public func getTransactionCount(_ address: Address, at block: BlockID = .latest) async throws -> UInt64 {
        try Shape.need(
            try await call("eth_getTransactionCount", [.address(address), block.json]).quantityU64, "a nonce")
    }

    /// The account's code; empty for a plain account.
    public func getCode(_ address: Address, at block: BlockID = .latest) async throws -> [UInt8] {
        try Shape.need(try await call("eth_getCode", [.address(address), block.json]).hexBytes, "hex bytes")
    }

    /// One storage slot. Peers that answer with fewer than 64 digits are understood.
    public func getStorageAt(_ address: Address, slot: Hash32, at block: BlockID = .latest) async throws
        -> Hash32
    {
        let json = try await call("eth_getStorageAt", [.address(address), .hash(slot), block.json])
        return Hash32(try Shape.need(json.quantityU256, "a storage word"))
    }

    /// Wei a gas that the peer suggests for legacy transactions.
    public func gasPrice() async throws -> U256 {
        try Shape.need(try await call("eth_gasPrice").quantityU256, "a quantity")
    }

    /// Wei a gas that the peer suggests as tip.
    public func maxPriorityFeePerGas() async throws -> U256 {
        try Shape.need(try await call("eth_maxPriorityFeePerGas").quantityU256, "a quantity")
    }

    /// Fees of the `count` (1...1024) blocks up to `newest`; `percentiles` 0...100 ascending, at most 100.
    public func feeHistory(count: Int, newest: BlockID = .latest, percentiles: [Double] = []) async throws
        -> FeeHistory
    {
        let params: [JSON] = [
            .quantity(UInt64(max(1, min(1024, count)))), newest.json,
            .array(percentiles.filter(\.isFinite).map { .number(String($0)) }),
        ]
        return try FeeHistory(json: try await call("eth_feeHistory", params))
    }

    /// The receipt of a mined transaction; nil while the peer knows none.
    public func getTransactionReceipt(_ hash: Hash32) async throws -> Receipt? {
        let json = try await call("eth_getTransactionReceipt", [.hash(hash)])
        if json.isNull { return nil }
        let receipt = try Receipt(json: json)
        guard receipt.transactionHash == hash else { throw Shape.wrong("the peer sent another transaction's receipt") }
        return receipt
    }

    /// A transaction that the peer knows, pending or mined.
    public func getTransactionByHash(_ hash: Hash32) async throws -> TransactionStatus? {
        let json = try await call("eth_getTransactionByHash", [.hash(hash)])
        if json.isNull { return nil }
        let found = try Shape.transaction(json)
        guard found.hash == hash else { throw Shape.wrong("the peer sent another transaction") }
        return TransactionStatus(
            TransactionStatus.Fields(
                transaction: found, blockNumber: json["blockNumber"]?.quantityU64, blockHash: json["blockHash"]?.hash32)
        )
    }

    private static func params(
        _ request: CallRequest, _ block: BlockID, _ overrides: [Address: AccountOverride],
        _ blockOverride: BlockOverride?
    ) -> [JSON] {
        var params = [request.json, block.json]
        if !overrides.isEmpty || blockOverride != nil {
            var object = JSONObject()
            for (address, override) in overrides.sorted(by: { $0.key < $1.key }) { object[address.hex] = override.json }
            params.append(.object(object))
        }
        if let blockOverride { params.append(blockOverride.json) }
        return params
    }
}
