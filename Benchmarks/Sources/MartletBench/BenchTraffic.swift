import EVMCodec
import EVMCrypto
import EVMTypes

/// Pending swaps and what a node sends of them: signed, with amounts and nonces that all differ.
enum BenchTraffic {
    static let count = 256

    /// `swapExactTokensForTokens` on the V2 router: sells 15 to 35 of token 1 into the first pair.
    static func v2Swaps() -> [PendingTransaction] {
        var operands = Operands(seed: 6)
        return swaps(to: BenchMarket.v2Router) { sender in
            let path = [BenchMarket.token(1).word, BenchMarket.token(2).word]
            let words = [amount(&operands), .one, U256(0xa0 as UInt64), sender.word, deadline, U256(path.count)] + path
            return [0x38, 0xed, 0x17, 0x39] + words.flatMap(\.bigEndianBytes)
        }
    }

    /// `exactInputSingle` on V3's first SwapRouter: the same sale into the concentrated pool.
    static func v3Swaps() -> [PendingTransaction] {
        var operands = Operands(seed: 7)
        return swaps(to: BenchMarket.v3Router) { sender in
            let words = [
                BenchMarket.token(1).word, BenchMarket.token(2).word, U256(3000 as UInt64), sender.word, deadline,
                amount(&operands), .one, .zero,
            ]
            return [0x41, 0x4b, 0xf3, 0x89] + words.flatMap(\.bigEndianBytes)
        }
    }

    private static let deadline = U256(4_000_000_000 as UInt64)

    private static func amount(_ operands: inout Operands) -> U256 {
        BenchMarket.ether * 15 + U256(operands.next()) % (BenchMarket.ether * 20)
    }

    private static func swaps(to router: Address, _ data: (Address) -> [UInt8]) -> [PendingTransaction] {
        guard let key = PrivateKey(bytes: [UInt8](repeating: 0x45, count: 32)) else {
            fatalError("the benchmark's key is out of range")
        }
        return (0..<count).map { index in
            let signed = Transaction(
                kind: .dynamicFee, chainID: BenchMarket.chainID, nonce: UInt64(index), gasLimit: 300_000, to: router,
                data: data(key.address), maxFeePerGas: 3_000_000_000, maxPriorityFeePerGas: 1_000_000_000
            ).signed(by: key)
            return PendingTransaction(hash: signed.hash, from: key.address, transaction: signed)
        }
    }

    /// The frame of a `newPendingTransactions` subscription with full bodies: members and order as geth writes them.
    static func frame(_ pending: PendingTransaction) -> [UInt8] {
        let json: JSON = [
            "jsonrpc": "2.0", "method": "eth_subscription",
            "params": ["subscription": "0x9cef478923ff08bf67fde6c64013158d", "result": body(pending)],
        ]
        return json.bytes
    }

    private static func body(_ pending: PendingTransaction) -> JSON {
        let transaction = pending.transaction
        guard let signature = transaction.signature, let to = transaction.to else {
            fatalError("the benchmark's transaction is not signed")
        }
        return [
            "blockHash": .null, "blockNumber": .null, "from": .address(pending.from),
            "gas": .quantity(transaction.gasLimit), "gasPrice": .quantity(transaction.maxFeePerGas),
            "maxFeePerGas": .quantity(transaction.maxFeePerGas),
            "maxPriorityFeePerGas": .quantity(transaction.maxPriorityFeePerGas), "hash": .hash(pending.hash),
            "input": .hex(transaction.data), "nonce": .quantity(transaction.nonce), "to": .address(to),
            "transactionIndex": .null, "value": .quantity(transaction.value), "type": "0x2", "accessList": [],
            "chainId": .quantity(BenchMarket.chainID), "v": .quantity(UInt64(signature.yParity)),
            "r": .quantity(signature.r), "s": .quantity(signature.s),
            "yParity": .quantity(UInt64(signature.yParity)),
        ]
    }
}
