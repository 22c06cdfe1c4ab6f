import EVMCodec
import EVMCrypto
import EVMTypes

/// JSON-RPC's objects in geth's shape.
enum Rendering {
    /// A header, as `newHeads` gives it.
    static func header(_ block: SealedBlock) -> JSONObject {
        let header = block.header
        var object: JSONObject = [
            "number": .quantity(header.number), "hash": .hash(block.hash), "parentHash": .hash(header.parentHash),
            "nonce": .hex(U256(header.nonce).bigEndianBytes.suffix(8)), "mixHash": .hash(header.mixHash),
            "sha3Uncles": .hash(header.ommersHash), "logsBloom": .hex(header.logsBloom.bytes),
            "transactionsRoot": .hash(header.transactionsRoot), "stateRoot": .hash(header.stateRoot),
            "receiptsRoot": .hash(header.receiptsRoot), "miner": .address(header.coinbase),
            "difficulty": .quantity(header.difficulty), "extraData": .hex(header.extraData),
            "gasLimit": .quantity(header.gasLimit), "gasUsed": .quantity(header.gasUsed),
            "timestamp": .quantity(header.timestamp),
        ]
        if let fee = header.baseFeePerGas { object["baseFeePerGas"] = .quantity(fee) }
        if let root = header.withdrawalsRoot { object["withdrawalsRoot"] = .hash(root) }
        if let used = header.blobGasUsed { object["blobGasUsed"] = .quantity(used) }
        if let excess = header.excessBlobGas { object["excessBlobGas"] = .quantity(excess) }
        if let root = header.parentBeaconBlockRoot { object["parentBeaconBlockRoot"] = .hash(root) }
        if let hash = header.requestsHash { object["requestsHash"] = .hash(hash) }
        return object
    }

    /// A block with transactions in full or by hash.
    static func block(_ block: SealedBlock, full: Bool) -> JSON {
        var object = header(block)
        object["size"] = .quantity(UInt64(block.block.encoded().count))
        object["uncles"] = []
        object["transactions"] = .array(
            block.transactions.indices.map { index in
                full
                    ? .object(transaction(block.transactions[index].pooled, in: block, at: index))
                    : .hash(block.transactions[index].pooled.hash)
            })
        if block.header.withdrawalsRoot != nil { object["withdrawals"] = [] }
        return .object(object)
    }

    /// A transaction in a block, or with nulls for its place while it waits.
    static func transaction(_ pooled: PooledTransaction, in block: SealedBlock? = nil, at index: Int = 0) -> JSONObject
    {
        let transaction = pooled.transaction
        var object: JSONObject = [
            "blockHash": block.map { .hash($0.hash) } ?? .null,
            "blockNumber": block.map { .quantity($0.number) } ?? .null, "from": .address(pooled.sender),
            "gas": .quantity(transaction.gasLimit), "hash": .hash(pooled.hash), "input": .hex(transaction.data),
            "nonce": .quantity(transaction.nonce), "to": transaction.to.map { .address($0) } ?? .null,
            "transactionIndex": block == nil ? .null : .quantity(UInt64(index)),
            "value": .quantity(transaction.value), "type": .quantity(UInt64(transaction.kind.rawValue)),
        ]
        if let id = transaction.chainID { object["chainId"] = .quantity(id) }
        let mined = block?.transactions[index]
        if transaction.kind.rawValue >= Transaction.Kind.dynamicFee.rawValue {
            object["gasPrice"] = .quantity(mined?.effectiveGasPrice ?? transaction.maxFeePerGas)
            object["maxFeePerGas"] = .quantity(transaction.maxFeePerGas)
            object["maxPriorityFeePerGas"] = .quantity(transaction.maxPriorityFeePerGas)
        } else {
            object["gasPrice"] = .quantity(transaction.gasPrice)
        }
        if transaction.kind != .legacy { object["accessList"] = accessList(transaction.accessList) }
        if transaction.kind == .blob {
            object["maxFeePerBlobGas"] = .quantity(transaction.maxFeePerBlobGas)
            object["blobVersionedHashes"] = .array(transaction.blobVersionedHashes.map { .hash($0) })
        }
        if transaction.kind == .setCode {
            object["authorizationList"] = .array(transaction.authorizations.map(authorization))
        }
        if let signature = transaction.signature { add(signature, of: transaction, to: &object) }
        return object
    }

    private static func add(_ signature: Signature, of transaction: Transaction, to object: inout JSONObject) {
        let parity = UInt64(signature.yParity)
        if transaction.kind == .legacy {
            let v = transaction.chainID.map { U256(UInt128($0) * 2 + 35 + UInt128(parity)) } ?? U256(27 + parity)
            object["v"] = .quantity(v)
        } else {
            object["v"] = .quantity(parity)
            object["yParity"] = .quantity(parity)
        }
        object["r"] = .quantity(signature.r)
        object["s"] = .quantity(signature.s)
    }

    static func accessList(_ entries: [AccessListEntry]) -> JSON {
        .array(
            entries.map { entry in
                .object([
                    "address": .address(entry.address), "storageKeys": .array(entry.storageKeys.map { .hash($0) }),
                ])
            })
    }

    private static func authorization(_ item: Authorization) -> JSON {
        .object([
            "chainId": .quantity(item.chainID), "address": .address(item.address), "nonce": .quantity(item.nonce),
            "yParity": .quantity(UInt64(item.yParity)), "r": .quantity(item.r), "s": .quantity(item.s),
        ])
    }

    /// The receipt of a block's transaction.
    static func receipt(_ block: SealedBlock, _ index: Int) -> JSON {
        let mined = block.transactions[index]
        let transaction = mined.pooled.transaction
        var succeeded = false
        if case .status(let status) = mined.receipt.outcome { succeeded = status }
        var object: JSONObject = [
            "transactionHash": .hash(mined.pooled.hash), "transactionIndex": .quantity(UInt64(index)),
            "blockHash": .hash(block.hash), "blockNumber": .quantity(block.number),
            "from": .address(mined.pooled.sender), "to": transaction.to.map { .address($0) } ?? .null,
            "cumulativeGasUsed": .quantity(mined.receipt.cumulativeGasUsed), "gasUsed": .quantity(mined.gasUsed),
            "effectiveGasPrice": .quantity(mined.effectiveGasPrice),
            "contractAddress": contract(mined).map { .address($0) } ?? .null,
            "logs": .array(mined.receipt.logs.indices.map { log(block, index, $0) }),
            "logsBloom": .hex(mined.receipt.bloom.bytes), "status": .quantity(UInt64(succeeded ? 1 : 0)),
            "type": .quantity(UInt64(transaction.kind.rawValue)),
        ]
        if transaction.kind == .blob {
            object["blobGasUsed"] = .quantity(UInt64(transaction.blobVersionedHashes.count) << 17)
            object["blobGasPrice"] = .quantity(block.blobBaseFee)
        }
        return .object(object)
    }

    /// Where a creation put its contract, or would have.
    private static func contract(_ mined: MinedTransaction) -> Address? {
        guard mined.pooled.transaction.to == nil else { return nil }
        return mined.created ?? Creation.address(of: mined.pooled.sender, nonce: mined.pooled.transaction.nonce)
    }

    /// The log at a position of a transaction's logs.
    static func log(_ block: SealedBlock, _ index: Int, _ position: Int, removed: Bool = false) -> JSON {
        let mined = block.transactions[index]
        let log = mined.receipt.logs[position]
        return .object([
            "address": .address(log.address), "topics": .array(log.topics.map { .hash($0) }), "data": .hex(log.data),
            "blockNumber": .quantity(block.number), "transactionHash": .hash(mined.pooled.hash),
            "transactionIndex": .quantity(UInt64(index)), "blockHash": .hash(block.hash),
            "blockTimestamp": .quantity(block.header.timestamp),
            "logIndex": .quantity(UInt64(mined.firstLog + position)), "removed": .bool(removed),
        ])
    }

    /// A block's logs that match, in order.
    static func logs(_ block: SealedBlock, _ filter: LogFilter, removed: Bool = false) -> [JSON] {
        guard filter.mayMatch(block.header.logsBloom) else { return [] }
        var found: [JSON] = []
        for (index, mined) in block.transactions.enumerated() {
            for (position, item) in mined.receipt.logs.enumerated() where filter.matches(item) {
                found.append(log(block, index, position, removed: removed))
            }
        }
        return found
    }
}
