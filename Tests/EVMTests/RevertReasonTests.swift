import EVM
import EVMTypes
import TestSupport
import Testing

@Suite struct RevertReasonTests {
    @Test func `reasons are those that eth-abi encodes`() throws {
        var count = 0
        for line in try OwnVectors.fields("reverts/reverts.txt") {
            let data = try OwnVectors.bytes(line[1])
            let reason = RevertReason(data)
            switch line[0] {
            case "error":
                #expect(reason == .error(String(decoding: try OwnVectors.bytes(line[2]), as: UTF8.self)), "\(line)")
            case "panic": #expect(reason == .panic(try #require(U256(decimal: line[2]))), "\(line)")
            case "custom":
                let selector = try #require(UInt32(line[2], radix: 16))
                #expect(reason == .custom(selector: selector, arguments: try OwnVectors.bytes(line[3])), "\(line)")
            default: #expect(reason == .malformed(data), "\(line)")
            }
            count += 1
        }
        #expect(count == 57)
        #expect(RevertReason([]) == .empty)
    }

    @Test func `ten panics have a meaning`() {
        let known = (0...255).filter { RevertReason.panic(U256($0)).panicMeaning != nil }
        #expect(known == [0x00, 0x01, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32, 0x41, 0x51])
        #expect(RevertReason.panic(.max).panicMeaning == nil)
        #expect(RevertReason.panic(0x11).description == "reverted: panic 17 (arithmetic overflow or underflow)")
    }

    @Test func `a description is short and has no control characters`() {
        #expect(RevertReason.error("UniswapV2: K").description == "reverted: \"UniswapV2: K\"")
        #expect(RevertReason.error("a\nb\u{202e}\"").description == #"reverted: "a\nb\u{202E}\"""#)
        #expect(RevertReason.error(String(repeating: "x", count: 100_000)).description.count == 271)
        #expect(
            RevertReason.custom(selector: 0x0123_4567, arguments: [1, 255]).description
                == "reverted: error 0x01234567(01ff)")
        #expect(RevertReason.malformed([UInt8](repeating: 7, count: 100_000)).description.count < 330)
    }

    @Test func `no bytes trap`() throws {
        var generator = SeededGenerator()
        for line in try OwnVectors.fields("reverts/reverts.txt") {
            let data = try OwnVectors.bytes(line[1])
            for count in 0...min(data.count, 200) { _ = RevertReason(Array(data.prefix(count))).description }
            for _ in 0..<200 where !data.isEmpty {
                var bytes = data
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    // Mostly in the head, where selector, offset and length are.
                    let at = Int.random(
                        in: 0..<min(bytes.count, Bool.random(using: &generator) ? 70 : bytes.count), using: &generator)
                    bytes[at] = UInt8.random(in: 0...255, using: &generator)
                }
                _ = RevertReason(bytes).description
            }
        }
    }
}
