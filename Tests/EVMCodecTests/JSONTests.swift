import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "-1.5e+10", "1E400", "\"\"", "[]", "{}", " [ 1 , 2 ] \r\n\t",
        "{\"a\":{\"b\":[null,true,\"x\"]}}",
        "\"\\u0041\\n\\/\\\\\\\"\"", "\"\\ud83d\\ude00\"", "\"é😀\"", "\"\u{7f}\"",
    ])
    func `a valid text parses and its serialisation parses to the same value`(text: String) throws {
        let value = try JSON.parse(text)
        #expect(try JSON.parse(value.bytes) == value)
    }

    @Test(arguments: [
        ("", JSONError.Code.unexpectedEnd), (" ", .unexpectedEnd), ("nul", .unexpectedEnd), ("nulL", .unexpectedByte),
        ("tru e", .unexpectedByte), ("01", .badNumber), ("-", .badNumber), ("1.", .badNumber), (".5", .unexpectedByte),
        ("1e", .badNumber), ("1e+", .badNumber), ("+1", .unexpectedByte), ("-01", .badNumber), ("0x1", .trailingBytes),
        ("1 2", .trailingBytes), ("[1,]", .unexpectedByte), ("[,1]", .unexpectedByte), ("[1", .unexpectedEnd),
        ("[1 2]", .unexpectedByte), ("{\"a\":1,}", .unexpectedByte), ("{a:1}", .unexpectedByte),
        ("{\"a\" 1}", .unexpectedByte), ("{\"a\":1", .unexpectedEnd), ("{\"a\":1,\"a\":2}", .duplicateKey),
        ("{\"a\":1,\"\\u0061\":2}", .duplicateKey), ("\"", .unexpectedEnd), ("\"\\", .unexpectedEnd),
        ("\"\\x\"", .badEscape), ("\"\\u12\"", .badEscape), ("\"\\u123", .unexpectedEnd), ("\"\\u00g0\"", .badEscape),
        ("\"\\ud800\"", .loneSurrogate), ("\"\\udc00\"", .loneSurrogate), ("\"\\ud800\\u0041\"", .loneSurrogate),
        ("\"\\ud800\\n\"", .loneSurrogate), ("\"a\nb\"", .controlCharacter), ("\"\\n\u{1}\"", .controlCharacter),
        ("\u{FEFF}1", .unexpectedByte), ("NaN", .unexpectedByte), ("'a'", .unexpectedByte), ("/**/1", .unexpectedByte),
        ("]", .unexpectedByte), ("1}", .trailingBytes), ("\u{0B}1", .unexpectedByte),
    ])
    func `an invalid text is refused by name`(text: String, code: JSONError.Code) {
        do throws(JSONError) {
            let value = try JSON.parse(text)
            Issue.record("accepted as \(value)")
        } catch { #expect(error.code == code) }
    }

    @Test(arguments: ["c0af", "eda080", "f4908080", "80", "e28281ff", "f09f98", "c3"])
    func `invalid UTF-8 in a string is refused`(bytes: String) {
        let text = [0x22] + hex(bytes) + [0x22]
        #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSON.parse(text) }
        #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSON.parse([0x22, 0x5C, 0x6E] + hex(bytes) + [0x22]) }
    }

    @Test func `escapes and surrogate pairs give the right text`() throws {
        #expect(try JSON.parse("\"\\u00e9\\ud83d\\ude00\\b\\f\\t\\r\"") == "é😀\u{8}\u{C}\t\r")
        #expect(JSON.string("a\"\\\n\u{1}\u{1f}é").text == "\"a\\\"\\\\\\n\\u0001\\u001fé\"")
    }

    @Test func `number text and member order are kept`() throws {
        let text = "{\"b\":1.50e3,\"a\":-0,\"c\":123456789012345678901234567890}"
        #expect(try JSON.parse(text).text == text)
    }

    @Test func `depth is bounded`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try JSON.parse(nested(128)).array != nil)
        #expect(throws: JSONError.self) { try JSON.parse(nested(129)) }
        #expect(throws: JSONError.self) { try JSON.parse(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func `objects look up, replace and remove members whatever their size`() throws {
        for count in [3, 16, 17, 40] {
            var object = JSONObject()
            for index in 0..<count { object["k\(index)"] = .integer(index) }
            object["k1"] = "one"
            #expect(object.count == count)
            #expect(object["k1"] == "one")
            #expect(object["k\(count - 1)"]?.int == count - 1)
            object["k0"] = nil
            #expect(object["k0"] == nil)
            #expect(object["k\(count - 1)"]?.int == count - 1)
            #expect(object.keys == (1..<count).map { "k\($0)" })
        }
        #expect(try JSON.parse("{\"a\":1,\"b\":2}") == JSON.parse("{\"b\":2,\"a\":1}"))
        #expect(try JSON.parse("{\"a\":1,\"b\":2}").hashValue == JSON.parse("{\"b\":2,\"a\":1}").hashValue)
        #expect(try JSON.parse("{\"a\":1}") != JSON.parse("{\"a\":2}"))
    }

    @Test func `typed reads take only their own shape`() {
        #expect(JSON.string("0x1a").quantityU64 == 26)
        #expect(JSON.string("0x0de0").quantityU64 == 0xDE0)
        #expect(JSON.string("0xffffffffffffffff").quantityU64 == .max)
        #expect(JSON.string("0x10000000000000000").quantityU64 == nil)
        #expect(JSON.string("0x").quantityU256 == nil)
        #expect(JSON.string("1a").quantityU256 == nil)
        #expect(JSON.string("0X1").quantityU256 == nil)
        #expect(JSON.string("0x1g").quantityU256 == nil)
        #expect(JSON.number("26").quantityU64 == nil)
        #expect(JSON.string("0x" + String(repeating: "f", count: 64)).quantityU256 == .max)
        #expect(JSON.string("0x0" + String(repeating: "f", count: 64)).quantityU256 == nil)
        #expect(JSON.string("0x").hexBytes == [])
        #expect(JSON.string("0xabc").hexBytes == nil)
        #expect(JSON.string("0xAbcD").hexBytes == [0xAB, 0xCD])
        #expect(JSON.string("abcd").hexBytes == nil)
        #expect(JSON.string("0x" + String(repeating: "1", count: 39)).address == nil)
        #expect(
            JSON.string("0x" + String(repeating: "1", count: 40)).address?.bytes == [UInt8](repeating: 0x11, count: 20))
        #expect(JSON.string("0x" + String(repeating: "1", count: 63)).hash32 == nil)
        #expect(JSON.number("1.0").int == nil)
        #expect(JSON.number("-5").int == -5)
        #expect(JSON.array(["a"])[0] == "a")
        #expect(JSON.array(["a"])[1] == nil)
        #expect(JSON.array(["a"])[-1] == nil)
    }

    /// A random value that uses every case and awkward strings.
    private func value(_ random: inout SeededGenerator, depth: Int) -> JSON {
        func text(_ random: inout SeededGenerator) -> String {
            let alphabet: [Character] = ["a", "\"", "\\", "\n", "\u{0}", "é", "😀", "/", "\u{7f}", " ", "Z"]
            return String(
                (0..<Int.random(in: 0...8, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
        }
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(String(Int64.random(in: .min ... .max, using: &random)))
        case 3: return .string(text(&random))
        case 4: return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                object[text(&random)] = value(&random, depth: depth - 1)
            }
            return .object(object)
        }
    }

    /// True when a number of `value` is beyond `Double`, which Foundation refuses and RFC 8259 allows.
    private func hasHugeNumber(_ value: JSON) -> Bool {
        switch value {
        case .number(let text): Double(text)?.isFinite != true || text.utf8.contains { $0 | 0x20 == UInt8(ascii: "e") }
        case .array(let elements): elements.contains(where: hasHugeNumber)
        case .object(let members): members.values.contains(where: hasHugeNumber)
        default: false
        }
    }

    /// True for `,]`, which Foundation takes and RFC 8259 does not know.
    private func isTrailingComma(_ bytes: [UInt8], _ error: JSONError) -> Bool {
        error.offset < bytes.count && bytes[error.offset] == UInt8(ascii: "]")
            && bytes[..<error.offset].last { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") } == UInt8(ascii: ",")
    }

    @Test func `mutated texts are accepted when Foundation accepts them, duplicates apart, and never trap`() throws {
        var random = SeededGenerator()
        var accepted = 0
        for round in 0..<20_000 {
            let bytes = random.mutated(value(&random, depth: 4).bytes)
            // A zero byte near the start makes Foundation guess UTF-16 or UTF-32, which RFC 8259 forbids.
            let guesses = bytes.prefix(4).contains(0)
            let theirs =
                guesses ? nil : try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
            let label: Comment = "seed \(random.seed) round \(round): \(String(decoding: bytes, as: UTF8.self))"
            do throws(JSONError) {
                let ours = try JSON.parse(bytes)
                accepted += 1
                #expect(try JSON.parse(ours.bytes) == ours, label)
                #expect(theirs != nil || hasHugeNumber(ours), label)
            } catch {
                #expect(
                    theirs == nil || error.code == .duplicateKey || isTrailingComma(bytes, error), "\(error) \(label)")
            }
        }
        #expect(accepted > 1_000)
        for _ in 0..<30_000 { _ = try? JSON.parse(random.bytes(Int.random(in: 0...24, using: &random))) }
        print("JSON fuzz: \(accepted) of 20,000 mutated texts accepted, as Foundation does")
    }

    @Test func `what is written is read back`() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<5_000 {
            let original = value(&random, depth: 5)
            #expect(try JSON.parse(original.bytes) == original)
        }
    }
}
