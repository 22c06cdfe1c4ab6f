import EVMCodec

/// Consensus encodings.
enum RawMethods {
    static let table: [String: Method] = [
        "debug_getRawBlock": { chain, params throws(DevnetError) in
            .hex(try chain.require(try params.block(0)).block.encoded())
        },
        "debug_getRawHeader": { chain, params throws(DevnetError) in
            .hex(try chain.require(try params.block(0)).header.encoded())
        },
        "debug_getRawReceipts": { chain, params throws(DevnetError) in
            .array(try chain.require(try params.block(0)).transactions.map { .hex($0.receipt.encoded()) })
        },
        "debug_getRawTransaction": { chain, params throws(DevnetError) in
            guard let found = chain.mined(try params.hash(0)) else { return .null }
            return .hex(found.block.transactions[found.index].pooled.raw)
        },
    ]
}
