import EVMTypes
import TestSupport
import Testing

@Suite struct AddressTests {
    @Test func bytesWordAndTextAgree() throws {
        var generator = SeededGenerator()
        for _ in 0..<500 {
            let bytes = (0..<20).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let address = Address(bytes: bytes)
            let digits = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            #expect(address.bytes == bytes && address.hex == "0x" + digits && address.description == address.hex)
            #expect(Address(hex: digits) == address && Address(hex: "0x" + digits.uppercased()) == address)
            #expect(Address(word: address.word) == address)
            #expect(address.word.bigEndianBytes == [UInt8](repeating: 0, count: 12) + bytes)
            for bit in 160..<256 { #expect(Address(word: address.word | U256.one << bit) == nil) }
        }
        #expect(Address.zero.isZero && Address.zero.hex == "0x0000000000000000000000000000000000000000")
    }

    @Test func theOrderIsThatOfTheBytes() {
        var generator = SeededGenerator()
        for _ in 0..<1000 {
            let a = (0..<20).map { _ in UInt8(generator.next() % 3) },
                b = (0..<20).map { _ in UInt8(generator.next() % 3) }
            #expect((Address(bytes: a) < Address(bytes: b)) == a.lexicographicallyPrecedes(b))
            let c = a + [UInt8](repeating: 1, count: 12), d = b + [UInt8](repeating: 1, count: 12)
            #expect((Hash32(bytes: c) < Hash32(bytes: d)) == c.lexicographicallyPrecedes(d))
        }
    }

    /// 40 and 64 characters that are not all digits, one among them the prefix of a shorter text.
    @Test(arguments: [
        "", "0x", String(repeating: "0", count: 39), String(repeating: "0", count: 41),
        "0x" + String(repeating: "0", count: 38),
        "0x" + String(repeating: "0", count: 39), "0x" + String(repeating: "0", count: 41),
        "0x" + String(repeating: "0", count: 62),
        "0x" + String(repeating: "0", count: 63), "0x" + String(repeating: "0", count: 65),
        "0X" + String(repeating: "0", count: 40),
        String(repeating: "g", count: 40), String(repeating: "g", count: 64),
        "0x0x" + String(repeating: "0", count: 36),
        " " + String(repeating: "0", count: 39), String(repeating: "\u{e9}", count: 20),
        String(repeating: "\u{e9}", count: 32),
    ])
    func textsOfOtherFormsAreRefused(_ text: String) {
        #expect(Address(hex: text) == nil && Hash32(hex: text) == nil)
    }

    @Test func hashesRoundTrip() {
        var generator = SeededGenerator()
        for _ in 0..<500 {
            let bytes = (0..<32).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let hash = Hash32(bytes: bytes)
            #expect(hash.bytes == bytes && hash.hex == Hex.encode(bytes) && Hash32(hex: hash.hex) == hash)
        }
        #expect(Hash32.zero.hex == "0x" + String(repeating: "0", count: 64))
    }

    @Test func wrongByteCountsTrap() async {
        await #expect(processExitsWith: .failure) { print(Address(bytes: [UInt8](repeating: 0, count: 19))) }
        await #expect(processExitsWith: .failure) { print(Address(bytes: [UInt8](repeating: 0, count: 21))) }
        await #expect(processExitsWith: .failure) { print(Hash32(bytes: [UInt8](repeating: 0, count: 31))) }
    }
}

@Suite struct HexTests {
    @Test func everyByteRoundTrips() {
        let all = (0...255).map { UInt8($0) }
        let text = Hex.encode(all)
        #expect(text.hasPrefix("0x000102") && text.hasSuffix("fdfeff") && text.utf8.count == 514)
        #expect(Hex.decode(text) == all && Hex.decode(text.dropFirst(2)) == all)
        #expect(Hex.decode(text.dropFirst(2).uppercased()) == all)
        #expect(Hex.encode(all, prefix: false) == text.dropFirst(2))
        #expect(Hex.decode("") == [] && Hex.decode("0x") == [] && Hex.encode([]) == "0x")
    }

    @Test(arguments: ["0", "0x0", "0xg0", "0x0g", "0X00", "0x 0", "zz", "0x0\u{0661}", "\u{e9}", "0x0x", "00 "])
    func textThatIsNotPairsOfDigitsIsRefused(_ text: String) { #expect(Hex.decode(text) == nil) }

    @Test func quantitiesRoundTrip() {
        for (value, text) in [(0, "0x0"), (26, "0x1a"), (.max, "0xffffffffffffffff")] as [(UInt64, String)] {
            #expect(Hex.quantity(value) == text && Hex.parseQuantity(text) == value)
        }
        for bad in ["", "0", "0x", "1a", "0x10000000000000000", "0xg", "-0x1", "0x-1", " 0x1"] {
            #expect(Hex.parseQuantity(bad) == nil, "\(bad)")
        }
    }
}
