import EVMCrypto
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import EVMCodec

@Suite struct SubscriptionScannerTests {
    private static let hash = "0x" + String(repeating: "ab", count: 32)
    private static let subscription = "0x9cef478923ff08bf67fde6c64013158d"

    private static let log: JSON = [
        "address": "0x8320fe7702b96808f7bbc0d4a888ed1468216cfd",
        "topics": ["0xd78a0cb8bb633d06981248b816e7bd33c2a35a6089241d099fa519e361cab902", .string(hash)],
        "data": "0x00000000000000000000000000000000000000000000000000000000000000ff01", "blockNumber": "0x12a05f2",
        "transactionHash": .string(hash), "transactionIndex": "0x10", "blockHash": .string(hash),
        "blockTimestamp": "0x65f2a3b3", "logIndex": "0x1f", "removed": false,
    ]

    private static let header: JSON = [
        "parentHash": .string(hash), "sha3Uncles": .string(hash), "miner": "0x8320fe7702b96808f7bbc0d4a888ed1468216cfd",
        "stateRoot": .string(hash), "transactionsRoot": .string(hash), "receiptsRoot": .string(hash),
        "logsBloom": .string("0x" + String(repeating: "0f", count: 256)), "difficulty": "0x0", "number": "0x12a05f2",
        "gasLimit": "0x1c9c380", "gasUsed": "0xe4e1c0", "timestamp": "0x65f2a3b3", "extraData": "0x",
        "mixHash": .string(hash), "nonce": "0x0000000000000000", "baseFeePerGas": "0x1a13b8600",
        "withdrawalsRoot": .null,
        "blobGasUsed": "0x0", "excessBlobGas": "0x0", "parentBeaconBlockRoot": .string(hash), "hash": .string(hash),
    ]

    private static func frame(_ result: JSON) -> [UInt8] {
        let json: JSON = [
            "jsonrpc": "2.0", "method": "eth_subscription",
            "params": ["subscription": .string(subscription), "result": result],
        ]
        return json.bytes
    }

    /// Frames of every kind, bodies of all five transaction types among them.
    private static func frames() throws -> [[UInt8]] {
        let raws = try #require(ownVectors("transactions/vectors.json").array).map { try #require($0["raw"]?.hexBytes) }
        let bodies = try raws.map { JSON.object(rpcJSON(try Transaction(decoding: $0))) }
        return (bodies + [log, header, .string(hash), true, ["syncing": true]]).map { frame($0) }
    }

    private func strict(_ frame: [UInt8]) -> Result<SubscriptionScanner.Message, SubscriptionScanner.Failure> {
        do throws(SubscriptionScanner.Failure) { return .success(try SubscriptionScanner.scanStrict(frame)) } catch {
            return .failure(error)
        }
    }

    @Test func `the usual frames take the fast way and agree with the strict one`() throws {
        var fast = 0
        let frames = try Self.frames()
        for frame in frames {
            let message = SubscriptionScanner.scanFast(frame)
            if let message {
                fast += 1
                #expect(strict(frame) == .success(message))
            }
            #expect(try SubscriptionScanner.scan(frame) == strict(frame).get())
        }
        // Set-code bodies (12) and the two odd results go the strict way.
        #expect(fast == frames.count - 14)
    }

    @Test func `pending bodies, hashes, headers and logs are read`() throws {
        let raw = try #require(ownVectors("transactions/vectors.json")[2]?["raw"]?.hexBytes)
        let transaction = try Transaction(decoding: raw)
        let id = SubscriptionID(Self.subscription)
        #expect(id.description == Self.subscription)
        guard
            case .notification(id, .pending(let pending)) = try SubscriptionScanner.scan(
                Self.frame(.object(rpcJSON(transaction))))
        else { return #expect(Bool(false), "no pending transaction") }
        #expect(pending.transaction.encoded() == raw)
        #expect(pending.from == transaction.sender())
        let hash = try #require(Hash32(hex: Self.hash))
        #expect(try SubscriptionScanner.scan(Self.frame(.string(Self.hash))) == .notification(id, .pendingHash(hash)))
        guard case .notification(id, .header(let header)) = try SubscriptionScanner.scan(Self.frame(Self.header)) else {
            return #expect(Bool(false), "no header")
        }
        #expect(header.number == 0x12a05f2)
        #expect(header.baseFeePerGas == 0x1a13b8600)
        #expect(header.logsBloom?.count == 256)
        #expect(header.timestamp == 0x65f2a3b3)
        guard case .notification(id, .log(let log)) = try SubscriptionScanner.scan(Self.frame(Self.log)) else {
            return #expect(Bool(false), "no log")
        }
        #expect(log.topics.count == 2)
        #expect(log.data.suffix(2) == [0xff, 1])
        #expect(log.logIndex == 31)
        #expect(log.removed == false)
        #expect(
            try SubscriptionScanner.scan(Array(#"{"id":1,"result":"0x1"}"#.utf8)) == .other(["id": 1, "result": "0x1"]))
    }

    @Test func `escapes, spaces, new members and odd ids are read the same`() throws {
        let id = "3c9a8a9e-uuid"
        for text in [
            #"{ "params" : { "result" : "\#(Self.hash)" , "subscription" : "\#(id)" } , "method" : "subscribe" } "#,
            #"{"method":"eth_subscrip\u0074ion","params":{"subscription":"\#(id)","result":"\#(Self.hash)"}}"#,
            #"{"method":"eth_subscription","extra":[1,{"a":null}],"#
                + #""params":{"subscription":"\#(id)","x":1,"result":"\#(Self.hash)"}}"#,
        ] {
            let hash = try #require(Hash32(hex: Self.hash))
            #expect(try SubscriptionScanner.scan(Array(text.utf8)) == .notification(.text(id), .pendingHash(hash)))
        }
        #expect(SubscriptionID("0x1") != SubscriptionID("0x01"))
        #expect(SubscriptionID("0xAB") == .text("0xAB"))
        #expect(SubscriptionID("") == .text(""))
    }

    @Test func `refused objects are named with their subscription`() throws {
        var body = rpcJSON(
            try Transaction(decoding: try #require(ownVectors("transactions/vectors.json")[2]?["raw"]?.hexBytes)))
        body["type"] = "0x7e"
        let id = SubscriptionID(Self.subscription)
        #expect(
            throws: SubscriptionScanner.Failure.object(id, RPCObjectError(.transaction, .type, .unsupportedType(0x7E)))
        ) {
            try SubscriptionScanner.scan(Self.frame(.object(body)))
        }
        #expect(throws: SubscriptionScanner.Failure.json(JSONError(.unexpectedEnd, at: 1))) {
            try SubscriptionScanner.scan([UInt8(ascii: "{")])
        }
    }

    @Test func `both ways agree on mutated frames and never trap`() throws {
        var random = SeededGenerator()
        let frames = try Self.frames()
        var fast = 0
        for round in 0..<40_000 {
            var frame = frames[round % frames.count]
            if round % 3 == 0 {
                frame = random.mutated(frame)
            } else {
                // Keep the structure: change one character to another that JSON likes.
                let alphabet = Array("0123456789abcdefxAF\"{}[],: \\ntu".utf8)
                frame[Int.random(in: 0..<frame.count, using: &random)] = alphabet.randomElement(using: &random)!
            }
            guard let message = SubscriptionScanner.scanFast(frame) else { continue }
            fast += 1
            #expect(
                strict(frame) == .success(message), "seed \(random.seed): \(String(decoding: frame, as: UTF8.self))")
        }
        for _ in 0..<20_000 { _ = try? SubscriptionScanner.scan(random.bytes(Int.random(in: 0...60, using: &random))) }
        #expect(fast > 1_000)
        print("scanner fuzz: \(fast) of 40,000 mutated frames took the fast way, all agree with the strict one")
    }

    @Test func `eight digits at a time read what one at a time reads`() {
        var random = SeededGenerator()
        for byte in UInt8.min ... .max {
            for lane in 0..<8 {
                var text = Array("09afAF5c".utf8)
                text[lane] = byte
                let one = text.map { Hex.digit($0) }
                let eight = HexScan.fourBytes(HexScan.load8(text.span, 0))
                #expect((eight != nil) == !one.contains(nil), "byte \(byte)")
            }
        }
        for _ in 0..<2_000 {
            let bytes = random.bytes(Int.random(in: 0...70, using: &random))
            let text = Array(Hex.encode(bytes, prefix: false).utf8)
            #expect(HexScan.bytes(text.span, from: 0, to: text.count) == bytes)
            if bytes.count <= 32 { #expect(HexScan.word(text.span, from: 0, to: text.count) == U256(bigEndian: bytes)) }
        }
    }
}

@Suite struct RPCObjectTests {
    private let hash = "0x" + String(repeating: "ab", count: 32)

    @Test func `logs tolerate what clients leave out and refuse what is wrong`() throws {
        var log: JSONObject = [
            "address": "0x8320fe7702b96808f7bbc0d4a888ed1468216cfd", "topics": [], "data": "0x", "blockNumber": "0x1",
            "transactionHash": .string(hash), "transactionIndex": "0x0", "blockHash": .string(hash), "logIndex": "0x0",
        ]
        #expect(try Log(json: .object(log)).removed == false)
        func problem(_ key: String, _ value: JSON?) -> RPCObjectError.Problem? {
            var copy = log
            copy[key] = value
            do throws(RPCObjectError) { _ = try Log(json: .object(copy)) } catch { return error.problem }
            return nil
        }
        #expect(problem("blockNumber", .null) == .missing)
        #expect(problem("blockNumber", 1) == .malformed)
        #expect(problem("data", nil) == .missing)
        #expect(problem("data", "0x0") == .malformed)
        #expect(problem("topics", .array([JSON](repeating: .string(hash), count: 5))) == .malformed)
        #expect(problem("topics", ["0x1"]) == .malformed)
        #expect(problem("logIndex", "0x100000000") == .malformed)
        #expect(problem("removed", "true") == .malformed)
        log["removed"] = true
        #expect(try Log(json: .object(log)).removed)
        #expect(throws: RPCObjectError(.log, nil, .notAnObject)) { try Log(json: "x") }
    }

    @Test func `transactions tolerate what clients do differently and refuse contradictions`() throws {
        let raw = try #require(ownVectors("transactions/vectors.json")[2]?["raw"]?.hexBytes)
        let transaction = try Transaction(decoding: raw)
        let json = rpcJSON(transaction)
        func read(_ change: (inout JSONObject) -> Void) -> Result<Transaction, RPCObjectError> {
            var copy = json
            change(&copy)
            do throws(RPCObjectError) { return .success(try PendingTransaction(json: .object(copy)).transaction) } catch
            {
                return .failure(error)
            }
        }
        let parity = UInt64(transaction.signature!.yParity)  // a signed vector
        #expect(read { $0["data"] = $0["input"] } == .success(transaction))
        #expect(
            read {
                $0["data"] = $0["input"]
                $0["input"] = nil
            } == .success(transaction))
        #expect(
            read {
                $0["gasLimit"] = $0["gas"]
                $0["gas"] = nil
            } == .success(transaction))
        #expect(read { $0["yParity"] = nil } == .success(transaction))
        #expect(read { $0["v"] = nil } == .success(transaction))
        #expect(read { $0["v"] = .quantity(parity + 27) } == .success(transaction))
        #expect(read { $0["type"] = nil } == .success(transaction))
        #expect(read { $0["r"] = .string(transaction.signature!.r.paddedHex) } == .success(transaction))
        #expect(
            read {
                $0["accessList"] = .null
                $0["accessList"] = json["accessList"]
            } == .success(transaction))
        #expect(
            read { $0["v"] = .quantity(1 - parity) } == .failure(RPCObjectError(.transaction, .yParity, .contradiction))
        )
        #expect(read { $0["data"] = "0x" } == .failure(RPCObjectError(.transaction, .data, .contradiction)))
        #expect(read { $0["nonce"] = nil } == .failure(RPCObjectError(.transaction, .nonce, .missing)))
        #expect(read { $0["value"] = "12" } == .failure(RPCObjectError(.transaction, .value, .malformed)))
        #expect(read { $0["value"] = "0x1" } == .failure(RPCObjectError(.transaction, .hash, .hashMismatch)))
        #expect(read { $0["r"] = "0x0" } == .failure(RPCObjectError(.transaction, nil, .invalid(.signatureOutOfRange))))
        var unsigned = transaction
        unsigned.signature = nil
        #expect(
            read {
                $0["r"] = nil
                $0["s"] = nil
            } == .success(unsigned))
    }

    @Test func `headers need what we follow and no more`() throws {
        var header: JSONObject = [
            "number": "0x1", "hash": .string(hash), "parentHash": .string(hash), "timestamp": "0x2", "gasLimit": "0x3",
            "gasUsed": "0x4", "author": "0x8320fe7702b96808f7bbc0d4a888ed1468216cfd", "stateRoot": .string(hash),
        ]
        let read = try BlockHeader(json: .object(header))
        #expect(read.baseFeePerGas == nil)
        #expect(read.logsBloom == nil)
        header["logsBloom"] = "0x00"
        #expect(throws: RPCObjectError(.header, .logsBloom, .malformed)) { try BlockHeader(json: .object(header)) }
        header["logsBloom"] = nil
        header["author"] = nil
        #expect(throws: RPCObjectError(.header, .miner, .missing)) { try BlockHeader(json: .object(header)) }
    }
}
