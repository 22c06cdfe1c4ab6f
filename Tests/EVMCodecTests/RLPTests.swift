import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@Suite struct RLPTests {
    /// Encodes a value of the official RLP files: text, number, "#decimal" or list.
    private func encode(_ value: JSON, into encoder: inout RLP.Encoder) {
        switch value {
        case .number(let text): encoder.append(UInt64(text)!)
        case .string(let text) where text.hasPrefix("#"): encoder.append(bigEndian(decimal: text.dropFirst()))
        case .string(let text): encoder.append(Array(text.utf8))
        case .array(let items): encoder.appendList { list in for item in items { encode(item, into: &list) } }
        default: Issue.record("no RLP value: \(value)")
        }
    }

    /// Big-endian bytes of a decimal number of any size (one vector passes 256 bits).
    private func bigEndian(decimal text: Substring) -> [UInt8] {
        var digits = text.utf8.map { Int($0) - 48 }
        var bytes: [UInt8] = []
        while digits.contains(where: { $0 != 0 }) {
            var remainder = 0
            for index in digits.indices {
                let value = remainder * 10 + digits[index]
                digits[index] = value / 256
                remainder = value % 256
            }
            bytes.insert(UInt8(remainder), at: 0)
        }
        return bytes
    }

    /// Writes a decoded item back.
    private func reencode(_ item: RLP.Item, into encoder: inout RLP.Encoder) throws {
        guard item.isList else { return encoder.append(try item.bytes()) }
        var failure: (any Error)?
        encoder.appendList { list in
            do {
                var reader = try item.list()
                while !reader.isAtEnd { try reencode(try reader.next(), into: &list) }
            } catch { failure = error }
        }
        if let failure { throw failure }
    }

    @Test func `the official values encode to the official bytes and decode back`() throws {
        guard let file = try VectorArchive.stateTests.file("small/RLPTests/rlptest.json") else { return }
        let cases = try #require(parsedJSON(file).object)
        for (name, test) in zip(cases.keys, cases.values) {
            let out = hex(try #require(test["out"]?.string))
            var encoder = RLP.Encoder()
            encode(try #require(test["in"]), into: &encoder)
            #expect(encoder.bytes == out, "\(name)")
            var again = RLP.Encoder()
            try reencode(try RLP.decode(out), into: &again)
            #expect(again.bytes == out, "\(name)")
        }
        #expect(cases.count == 19)
    }

    @Test func `the official invalid encodings are refused`() throws {
        guard let files = try VectorArchive.stateTests.jsonFiles(under: "small/RLPTests") else { return }
        var refused = 0
        var total = 0
        for file in files {
            for test in try #require(parsedJSON(file).object).values {
                total += 1
                let bytes = hex(try #require(test["out"]?.string))
                guard test["in"] == "INVALID" else { continue }
                #expect(throws: RLPError.self) { try RLP.decode(bytes) }
                refused += 1
            }
        }
        #expect(refused == 19)
        #expect(total == 39)
        print("RLP suite: \(total) cases, \(refused) of them refused")
    }

    @Test(arguments: [
        ("8100", RLPError.wrappedByte), ("817f", .wrappedByte), ("b800", .leadingZero), ("b80101", .longFormOfShort),
        ("b90001ff", .leadingZero), ("f800", .leadingZero), ("f80180", .longFormOfShort), ("83646f", .unexpectedEnd),
        ("c3808080ff", .trailingBytes), ("c382", .unexpectedEnd), ("", .unexpectedEnd), ("0000", .trailingBytes),
        ("c18100", .trailingBytes), ("c181", .unexpectedEnd), ("c28100", .wrappedByte),
        ("bfffffffffffffffff00", .unexpectedEnd),
        ("ffffffffffffffffff", .unexpectedEnd), ("ff7fffffffffffffff", .unexpectedEnd),
    ])
    func `a non-canonical encoding is refused by name`(text: String, error: RLPError) {
        #expect(throws: error) { try RLP.decode(hex(text)) }
    }

    @Test func `integers refuse leading zeros and too many bytes`() throws {
        #expect(try RLP.decode(hex("80")).uint64() == 0)
        #expect(try RLP.decode(hex("7f")).uint64() == 127)
        #expect(try RLP.decode(hex("88ffffffffffffffff")).uint64() == .max)
        #expect(throws: RLPError.leadingZero) { try RLP.decode(hex("00")).uint64() }
        #expect(throws: RLPError.leadingZero) { try RLP.decode(hex("820080")).u256() }
        #expect(throws: RLPError.overflow) { try RLP.decode(hex("89010000000000000000")).uint64() }
        #expect(throws: RLPError.overflow) { try RLP.decode([0xA1] + [1] + [UInt8](repeating: 0, count: 32)).u256() }
        #expect(try RLP.decode([0xA0] + [UInt8](repeating: 255, count: 32)).u256() == .max)
        #expect(throws: RLPError.expectedBytes) { try RLP.decode(hex("c0")).uint64() }
        #expect(throws: RLPError.expectedList) { try RLP.decode(hex("80")).list() }
    }

    @Test func `nesting beyond the bound is refused and does not overflow the stack`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            var encoder = RLP.Encoder()
            func open(_ left: Int, _ encoder: inout RLP.Encoder) {
                encoder.appendList { inner in if left > 1 { open(left - 1, &inner) } }
            }
            open(depth, &encoder)
            return encoder.bytes
        }
        #expect(try RLP.decode(nested(RLP.depthMax)).isList)
        #expect(throws: RLPError.tooDeep) { try RLP.decode(nested(RLP.depthMax + 1)) }
        // A megabyte of 0xC1-like headers: each level's header claims the rest.
        #expect(throws: RLPError.tooDeep) { try RLP.decode(nested(5_000)) }
    }

    @Test func `an accepted encoding is the only one of its value`() throws {
        var random = SeededGenerator()
        var accepted = 0
        for round in 0..<60_000 {
            var bytes: [UInt8]
            if round % 2 == 0 {
                bytes = random.bytes(Int.random(in: 0...12, using: &random))
            } else {
                var encoder = RLP.Encoder()
                encoder.appendList { list in
                    list.append(random.next() >> UInt64.random(in: 0..<64, using: &random))
                    list.append(random.bytes(Int.random(in: 0...70, using: &random)))
                    list.appendList { inner in inner.append(random.bytes(Int.random(in: 0...3, using: &random))) }
                }
                bytes = random.mutated(encoder.bytes)
            }
            guard let item = try? RLP.decode(bytes) else { continue }
            accepted += 1
            var again = RLP.Encoder()
            try reencode(item, into: &again)
            #expect(again.bytes == bytes, "seed \(random.seed) round \(round)")
        }
        #expect(accepted > 2_000)
        print("RLP fuzz: \(accepted) of 60,000 accepted, all re-encode to themselves")
    }
}
