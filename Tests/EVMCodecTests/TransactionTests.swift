import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import TestSupport
import Testing

@Suite struct TransactionTests {
    /// A vector of `Tests/Vectors/transactions` as an unsigned transaction, read by the RPC decoder.
    private func unsigned(_ test: JSON) throws -> Transaction {
        var json = try #require(test["transaction"]?.object)
        if json["gasPrice"] == nil, json["maxFeePerGas"] == nil { json["gasPrice"] = "0x0" }
        return try Transaction(json: .object(json))
    }

    @Test func `every kind signs, encodes, hashes and recovers as eth-account does`() throws {
        let cases = try #require(ownVectors("transactions/vectors.json").array)
        var kinds: [Transaction.Kind: Int] = [:]
        for test in cases {
            let transaction = try unsigned(test)
            let key = try testKey(#require(test["key"]?.hexBytes))
            let raw = try #require(test["raw"]?.hexBytes)
            let signed = transaction.signed(by: key)
            #expect(Hex.encode(signed.encoded()) == Hex.encode(raw))
            #expect(signed.hash == test["hash"]?.hash32)
            let decoded = try Transaction(decoding: raw)
            #expect(decoded == signed)
            #expect(decoded.sender() == test["sender"]?.address)
            for (authorization, shown) in zip(
                decoded.authorizations, test["transaction"]?["authorizationList"]?.array ?? [])
            {
                #expect(authorization.authority() == shown["authority"]?.address)
            }
            kinds[transaction.kind, default: 0] += 1
        }
        #expect(kinds == [.legacy: 12, .accessList: 12, .dynamicFee: 12, .blob: 12, .setCode: 12])
    }

    @Test func `the official unsigned and signed legacy bytes are met`() throws {
        guard let file = try VectorArchive.stateTests.file("small/BasicTests/txtest.json") else { return }
        for test in try #require(parsedJSON(file).array) {
            let key = try testKey(hex(#require(test["key"]?.string)))
            let to = test["to"]?.string.flatMap { $0.isEmpty ? nil : Address(hex: $0) }
            let gas = try #require(test["startgas"]?.uint64)
            let transaction = Transaction(
                kind: .legacy, chainID: nil, nonce: try #require(test["nonce"]?.uint64), gasLimit: gas, to: to,
                value: U256(try #require(test["value"]?.uint64)), data: hex(try #require(test["data"]?.string)),
                gasPrice: U256(try #require(test["gasprice"]?.uint64)))
            // The suite's "unsigned" form is the old one: nine items, v, r and s empty.
            var encoder = RLP.Encoder()
            encoder.appendList { list in
                list.append(transaction.nonce)
                list.append(transaction.gasPrice)
                list.append(transaction.gasLimit)
                list.append(transaction.to)
                list.append(transaction.value)
                list.append(transaction.data)
                for _ in 0..<3 { list.append(UInt64(0)) }
            }
            #expect(Hex.encode(encoder.bytes, prefix: false) == test["unsigned"]?.string)
            let official = try #require(test["signed"]?.string)
            // Their signer is not RFC 6979 and may give a high s; it must still name the same sender.
            let decoded = try Transaction(decoding: hex(official), allowingHighS: true)
            #expect(decoded.sender(allowingHighS: true) == key.address)
            #expect(Hex.encode(decoded.encoded(), prefix: false) == official)
            #expect(transaction.signed(by: key).sender() == key.address)
        }
    }

    @Test func `the official seeds give the official keys and addresses`() throws {
        guard let file = try VectorArchive.stateTests.file("small/BasicTests/keyaddrtest.json") else { return }
        let cases = try #require(parsedJSON(file).array)
        #expect(cases.count == 2)
        for test in cases {
            let key = try testKey(hex(#require(test["key"]?.string)))
            #expect(Hex.encode(key.address.bytes, prefix: false) == test["addr"]?.string)
            #expect(
                Keccak256.hash(Array(try #require(test["seed"]?.string).utf8)).bytes
                    == hex(try #require(test["key"]?.string)))
            // `sig_of_emptystring` is left out: the suite does not say which digest it signs.
        }
    }

    @Test func `the network form of a blob transaction is refused by name`() throws {
        let cases = try #require(ownVectors("transactions/vectors.json").array)
        let raw = try #require(cases[3]["raw"]?.hexBytes)
        #expect(try Transaction(decoding: raw).kind == .blob)
        // 0x03 ‖ rlp([body, [], [], []])
        var wrapper = RLP.Encoder()
        let body = Array(raw.dropFirst())
        wrapper.appendList { list in
            list.appendList { $0.append(UInt64(1)) }
            for _ in 0..<3 { list.appendList { _ in } }
        }
        #expect(!body.isEmpty)
        #expect(throws: TransactionError.blobNetworkForm) { try Transaction(decoding: [3] + wrapper.bytes) }
    }

    @Test(arguments: [
        ("", TransactionError.empty), ("00", .unsupportedType(0)), ("7ec0", .unsupportedType(0x7E)),
        ("05c0", .unsupportedType(5)), ("80", .unsupportedType(0x80)), ("c0", .fieldCount), ("01c0", .fieldCount),
        ("02", .malformed(.envelope, .unexpectedEnd)), ("0280", .malformed(.envelope, .expectedList)),
        ("01c000", .malformed(.envelope, .trailingBytes)),
    ])
    func `bytes that are no transaction are refused by name`(text: String, error: TransactionError) {
        #expect(throws: error) { try Transaction(decoding: hex(text)) }
    }

    @Test func `rules that need no fork are enforced by name`() throws {
        let key = try testKey([UInt8](repeating: 0x46, count: 32))
        let base = Transaction(
            kind: .dynamicFee, chainID: 1, nonce: 0, gasLimit: 21_000, to: .zero, maxFeePerGas: 10,
            maxPriorityFeePerGas: 1)
        func problem(_ change: (inout Transaction) -> Void) -> TransactionError? {
            var copy = base
            change(&copy)
            let signed = copy.signed(by: key)
            do throws(TransactionError) { _ = try Transaction(decoding: signed.encoded()) } catch { return error }
            return nil
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.nonce = .max } == .nonceTooHigh)
        #expect(problem { $0.maxPriorityFeePerGas = 11 } == .priorityAboveMaxFee)
        #expect(problem { $0.maxFeePerGas = .max } == .gasCostOverflow)
        #expect(problem { $0.kind = .blob } == .noBlobs)
        #expect(
            problem {
                $0.kind = .blob
                $0.blobVersionedHashes = [.zero]
            } == .blobHashVersion)
        #expect(
            problem {
                $0.kind = .blob
                $0.to = nil
            } == .recipientMissing)
        #expect(problem { $0.kind = .setCode } == .noAuthorizations)
        #expect(
            problem {
                $0.kind = .setCode
                $0.to = nil
            } == .recipientMissing)
        var highS = base.signed(by: key)
        highS.signature!.s = Secp256k1.order - highS.signature!.s  // just signed, so present
        #expect(throws: TransactionError.highS) { try Transaction(decoding: highS.encoded()) }
        #expect(try Transaction(decoding: highS.encoded(), allowingHighS: true).kind == .dynamicFee)
        #expect(highS.sender() == nil)
        highS.signature!.yParity = 2
        #expect(throws: TransactionError.invalidParity) { try Transaction(decoding: highS.encoded()) }
    }

    @Test func `rules of later forks are enforced by name`() throws {
        func problem(_ fork: Hardfork, _ transaction: Transaction) -> TransactionError? {
            do throws(TransactionError) { try transaction.validate(for: fork, chainID: 1) } catch { return error }
            return nil
        }
        var transaction = Transaction(kind: .legacy, chainID: 1, nonce: 0, gasLimit: 1 << 25, to: nil)
        #expect(problem(.prague, transaction) == nil)
        #expect(problem(.osaka, transaction) == .gasLimitTooHigh)
        transaction.data = [UInt8](repeating: 0, count: 49_153)
        #expect(problem(.paris, transaction) == nil)
        #expect(problem(.shanghai, transaction) == .initCodeTooLarge)
        // EIP-7623: 100 non-zero bytes cost 1,600 before, 4,000 at the floor.
        transaction = Transaction(
            kind: .legacy, chainID: 1, nonce: 0, gasLimit: 24_999, to: .zero, data: [UInt8](repeating: 1, count: 100))
        #expect(transaction.intrinsicGas(.prague) == 22_600)
        #expect(transaction.floorGas(.prague) == 25_000)
        #expect(problem(.cancun, transaction) == nil)
        #expect(problem(.prague, transaction) == .intrinsicGasTooLow)
        transaction.chainID = 2
        #expect(problem(.cancun, transaction) == .wrongChain)
        #expect(problem(.homestead, transaction) == .replayProtectionNotActive)
    }

    @Test func `the effective tip is what the builder gets`() {
        var transaction = Transaction(
            kind: .dynamicFee, chainID: 1, nonce: 0, gasLimit: 21_000, to: .zero, maxFeePerGas: 100,
            maxPriorityFeePerGas: 7)
        #expect(transaction.effectiveTip(baseFee: 93) == 7)
        #expect(transaction.effectiveTip(baseFee: 97) == 3)
        #expect(transaction.effectiveTip(baseFee: 100) == 0)
        #expect(transaction.effectiveTip(baseFee: 101) == nil)
        transaction = Transaction(kind: .legacy, chainID: 1, nonce: 0, gasLimit: 21_000, to: .zero, gasPrice: 100)
        #expect(transaction.effectiveTip(baseFee: 40) == 60)
        #expect(transaction.effectiveTip(baseFee: 101) == nil)
    }

    @Test func `mutated transactions never trap and what decodes encodes to the same bytes`() throws {
        var random = SeededGenerator()
        let raws = try #require(ownVectors("transactions/vectors.json").array).map { try #require($0["raw"]?.hexBytes) }
        var accepted = 0
        for round in 0..<60_000 {
            let bytes = random.mutated(raws[round % raws.count])
            guard let transaction = try? Transaction(decoding: bytes) else { continue }
            accepted += 1
            #expect(transaction.encoded() == bytes, "seed \(random.seed) round \(round)")
            if accepted % 50 == 0 { _ = transaction.sender() }
        }
        for _ in 0..<30_000 {
            let bytes = random.bytes(Int.random(in: 0...40, using: &random))
            _ = try? Transaction(decoding: bytes)
            _ = try? Transaction(
                decoding: [UInt8.random(in: 0...5, using: &random), 0xC0 &+ UInt8(bytes.count)] + bytes)
        }
        #expect(accepted > 1_000)
        print("transaction fuzz: \(accepted) of 60,000 mutated transactions accepted, all re-encode to themselves")
    }
}
