import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import TestSupport
import Testing

@Suite struct RawBlockTests {
    @Test func `every transaction of two real blocks decodes, re-encodes to the same bytes and recovers a sender`()
        throws
    {
        guard let data = try SharedData.data("data/raw_tx/execution_payloads.json.gz") else { return }
        let blocks = try #require(try JSON.parse(Array(data)).array)
        var counts: [Transaction.Kind: Int] = [:]
        for block in blocks {
            for raw in try #require(block["transactions"]?.array) {
                let bytes = try #require(raw.hexBytes)
                let transaction = try Transaction(decoding: bytes)
                #expect(transaction.encoded() == bytes)
                let sender = try #require(transaction.sender())
                #expect(!sender.isZero)
                if let chainID = transaction.chainID { try transaction.validate(for: .cancun, chainID: chainID) }
                counts[transaction.kind, default: 0] += 1
                try roundTripsThroughRPC(transaction, sender: sender)
            }
        }
        #expect(counts == [.legacy: 125, .accessList: 1, .dynamicFee: 297, .blob: 9])
        print("raw blocks: \(counts.values.reduce(0, +)) transactions in \(blocks.count) blocks")
    }

    /// The same transaction written as an RPC object decodes to the same value.
    private func roundTripsThroughRPC(_ transaction: Transaction, sender: Address) throws {
        var json = rpcJSON(transaction)
        json["from"] = nil
        let pending = try PendingTransaction(json: .object(json))
        #expect(pending.transaction == transaction)
        #expect(pending.from == sender)
        #expect(pending.hash == transaction.hash)
        json["nonce"] = .quantity(transaction.nonce + 1)
        #expect(throws: RPCObjectError(.transaction, .hash, .hashMismatch)) {
            try PendingTransaction(json: .object(json))
        }
    }
}

/// A transaction as geth's RPC writes it.
func rpcJSON(_ transaction: Transaction) -> JSONObject {
    var json: JSONObject = [
        "blockHash": .null, "blockNumber": .null, "from": .address(transaction.sender() ?? .zero),
        "gas": .quantity(transaction.gasLimit), "gasPrice": .quantity(transaction.feeCap),
    ]
    if transaction.kind.rawValue >= 2 {
        json["maxFeePerGas"] = .quantity(transaction.maxFeePerGas)
        json["maxPriorityFeePerGas"] = .quantity(transaction.maxPriorityFeePerGas)
    }
    if transaction.kind == .blob {
        json["maxFeePerBlobGas"] = .quantity(transaction.maxFeePerBlobGas)
        json["blobVersionedHashes"] = .array(transaction.blobVersionedHashes.map { .hash($0) })
    }
    json["hash"] = .hash(transaction.hash)
    json["input"] = .hex(transaction.data)
    json["nonce"] = .quantity(transaction.nonce)
    json["to"] = transaction.to.map { .address($0) } ?? .null
    json["transactionIndex"] = .null
    json["value"] = .quantity(transaction.value)
    json["type"] = .quantity(UInt64(transaction.kind.rawValue))
    if transaction.kind != .legacy {
        json["accessList"] = .array(
            transaction.accessList.map {
                ["address": .address($0.address), "storageKeys": .array($0.storageKeys.map { .hash($0) })]
            })
    }
    if transaction.kind == .setCode {
        json["authorizationList"] = .array(
            transaction.authorizations.map {
                [
                    "chainId": .quantity($0.chainID), "address": .address($0.address), "nonce": .quantity($0.nonce),
                    "yParity": .quantity(UInt64($0.yParity)), "r": .quantity($0.r), "s": .quantity($0.s),
                ]
            })
    }
    if let chainID = transaction.chainID { json["chainId"] = .quantity(chainID) }
    if let signature = transaction.signature {
        let parity = UInt64(signature.yParity)
        json["v"] = .quantity(
            transaction.kind == .legacy ? transaction.chainID.map { $0 * 2 + 35 + parity } ?? 27 + parity : parity)
        json["r"] = .quantity(signature.r)
        json["s"] = .quantity(signature.s)
        if transaction.kind != .legacy { json["yParity"] = .quantity(parity) }
    }
    return json
}
