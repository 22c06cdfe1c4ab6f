import EVMCodec
import EVMTypes

/// Blocks, transactions and receipts.
enum BlockMethods {
    static let table: [String: Method] = [
        "eth_blockNumber": { chain, _ throws(DevnetError) in .quantity(chain.head.number) },
        "eth_getBlockByNumber": { chain, params throws(DevnetError) in
            try params.expect(atMost: 2)
            _ = try params.required(0)
            let full = try params.flag(1)
            return chain.block(try params.block(0)).map { Rendering.block($0, full: full) } ?? .null
        },
        "eth_getBlockByHash": { chain, params throws(DevnetError) in
            try params.expect(atMost: 2)
            let full = try params.flag(1)
            return chain.block(hash: try params.hash(0)).map { Rendering.block($0, full: full) } ?? .null
        },
        "eth_getBlockTransactionCountByNumber": { chain, params throws(DevnetError) in
            chain.block(try params.block(0)).map { .quantity(UInt64($0.transactions.count)) } ?? .null
        },
        "eth_getBlockTransactionCountByHash": { chain, params throws(DevnetError) in
            chain.block(hash: try params.hash(0)).map { .quantity(UInt64($0.transactions.count)) } ?? .null
        },
        "eth_getUncleCountByBlockNumber": { chain, params throws(DevnetError) in
            chain.block(try params.block(0)) == nil ? .null : .quantity(0 as UInt64)
        },
        "eth_getUncleCountByBlockHash": { chain, params throws(DevnetError) in
            chain.block(hash: try params.hash(0)) == nil ? .null : .quantity(0 as UInt64)
        },
        "eth_getTransactionByHash": { chain, params throws(DevnetError) in
            let hash = try params.hash(0)
            if let found = chain.mined(hash) {
                let pooled = found.block.transactions[found.index].pooled
                return .object(Rendering.transaction(pooled, in: found.block, at: found.index))
            }
            guard let waiting = chain.pool.byHash[hash], waiting.privateUntil == nil else { return .null }
            return .object(Rendering.transaction(waiting))
        },
        "eth_getTransactionByBlockNumberAndIndex": { chain, params throws(DevnetError) in
            transaction(chain.block(try params.block(0)), try params.number(1))
        },
        "eth_getTransactionByBlockHashAndIndex": { chain, params throws(DevnetError) in
            transaction(chain.block(hash: try params.hash(0)), try params.number(1))
        },
        "eth_getRawTransactionByHash": { chain, params throws(DevnetError) in
            let hash = try params.hash(0)
            if let found = chain.mined(hash) { return .hex(found.block.transactions[found.index].pooled.raw) }
            guard let waiting = chain.pool.byHash[hash], waiting.privateUntil == nil else { return .null }
            return .hex(waiting.raw)
        },
        "eth_getTransactionReceipt": { chain, params throws(DevnetError) in
            chain.mined(try params.hash(0)).map { Rendering.receipt($0.block, $0.index) } ?? .null
        },
        "eth_getBlockReceipts": { chain, params throws(DevnetError) in
            guard let block = chain.block(try params.block(0)) else { return .null }
            return .array(block.transactions.indices.map { Rendering.receipt(block, $0) })
        },
        "eth_getHeaderByNumber": { chain, params throws(DevnetError) in
            chain.block(try params.block(0)).map { .object(Rendering.header($0)) } ?? .null
        },
        "eth_getHeaderByHash": { chain, params throws(DevnetError) in
            chain.block(hash: try params.hash(0)).map { .object(Rendering.header($0)) } ?? .null
        },
    ]

    private static func transaction(_ block: SealedBlock?, _ index: UInt64?) -> JSON {
        guard let block, let index, index < UInt64(block.transactions.count) else { return .null }
        let at = Int(index)
        return .object(Rendering.transaction(block.transactions[at].pooled, in: block, at: at))
    }
}
