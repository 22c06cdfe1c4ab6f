import EVMCodec
import EVMCrypto
import EVMTypes
import TestSupport
import Testing

@Suite struct ReceiptTests {
    private let log = ReceiptLog(address: Address(high: 1, low: 2), topics: [Hash32(3), Hash32(4)], data: [5, 6, 7])

    @Test func `a receipt of every type and outcome survives its envelope`() throws {
        for kind in [Transaction.Kind.legacy, .accessList, .dynamicFee, .blob, .setCode] {
            for outcome in [ConsensusReceipt.Outcome.status(true), .status(false), .stateRoot(Hash32(9))] {
                let receipt = ConsensusReceipt(
                    kind: kind, outcome: outcome, cumulativeGasUsed: 21_000, logs: [log, log])
                #expect(try ConsensusReceipt(decoding: receipt.encoded()) == receipt)
            }
        }
    }

    @Test func `malformed receipts are refused`() {
        let bytes = ConsensusReceipt(kind: .blob, outcome: .status(true), cumulativeGasUsed: 1, logs: [log]).encoded()
        #expect(throws: ReceiptError.malformed(.trailingBytes)) { try ConsensusReceipt(decoding: bytes + [0]) }
        #expect(throws: ReceiptError.malformed(.unexpectedEnd)) { try ConsensusReceipt(decoding: []) }
        #expect(throws: ReceiptError.unsupportedType(0x7E)) {
            try ConsensusReceipt(decoding: [0x7E] + bytes.dropFirst())
        }
        #expect(throws: ReceiptError.unsupportedType(0)) { try ConsensusReceipt(decoding: [0] + bytes.dropFirst()) }
        var random = SeededGenerator()
        for _ in 0..<10_000 {
            let mutated = random.mutated(bytes)
            if let receipt = try? ConsensusReceipt(decoding: mutated) { #expect(receipt.encoded() == mutated) }
        }
    }

    @Test func `the hash of no logs is the official one`() {
        #expect(ReceiptLog.hash([]) == ConsensusHeader.emptyOmmersHash)
        #expect(ReceiptLog.hash([log]) != ReceiptLog.hash([log, log]))
    }

    @Test func `a bloom holds what was put in`() {
        let bloom = Bloom([log])
        #expect(bloom.mayContain(log.address.bytes) && bloom.mayContain(log.topics[1].bytes))
        #expect(!bloom.mayContain([1, 2, 3]) && !Bloom().mayContain(log.address.bytes))
        let count = bloom.bytes.reduce(0) { $0 + $1.nonzeroBitCount }
        #expect(count > 3 && count <= 9)
        var union = Bloom()
        union.formUnion(bloom)
        #expect(union == bloom)
        #expect(Bloom(bytes: [1]) == nil)
        var one = Bloom()
        one.insert([])
        let bits = Keccak256.hash([]).bytes
        let wanted = stride(from: 0, to: 6, by: 2).map { (Int(bits[$0]) << 8 | Int(bits[$0 + 1])) & 2_047 }
        for bit in wanted { #expect(one.bytes[255 - bit / 8] >> UInt8(bit % 8) & 1 == 1) }
    }
}
