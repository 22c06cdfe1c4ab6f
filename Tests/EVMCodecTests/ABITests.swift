import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

/// An ABI value from the JSON of a vector file: decimal strings, hex strings, booleans, lists.
func abiValue(_ json: JSON, _ type: ABIType) throws -> ABIValue {
    switch type {
    case .uint:
        let text = try #require(json.string ?? json.numberText)
        return .uint(try #require(U256(decimal: text)))
    case .int:
        let text = try #require(json.string)
        let magnitude = try #require(U256(decimal: text.drop(while: { $0 == "-" })))
        return .int(try #require(I256(magnitude: magnitude, isNegative: text.hasPrefix("-"))))
    case .address: return .address(try #require(json.address))
    case .bool: return .bool(try #require(json.bool as Bool?))
    case .fixedBytes: return .fixedBytes(try json.hexBytes ?? Array(#require(json.string).utf8))
    case .bytes: return .bytes(try json.hexBytes ?? Array(#require(json.string).utf8))
    case .string: return .string(try #require(json.string))
    case .array(let element), .fixedArray(let element, _):
        return .array(try #require(json.array).map { try abiValue($0, element) })
    case .tuple(let members):
        return .tuple(try zip(#require(json.array), members).map { try abiValue($0, $1) })
    }
}

@Suite struct ABITests {
    @Test func `selectors and topics are those of known contracts`() {
        #expect(ABI.selector("transfer(address,uint256)") == hex("a9059cbb"))
        #expect(ABI.selector("execute(bytes,bytes[],uint256)") == hex("3593564c"))
        #expect(
            ABI.topic("Transfer(address,address,uint256)").hex
                == "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
    }

    @Test func `the official encodings are met`() throws {
        guard let file = try VectorArchive.stateTests.file("small/ABITests/basic_abi_tests.json") else { return }
        let cases = try #require(parsedJSON(file).object)
        #expect(cases.count == 2)
        for test in cases.values {
            let types = try #require(test["types"]?.array).map { try ABIType(try #require($0.string)) }
            let arguments = try #require(test["args"]?.array)
            let values = try zip(arguments, types).map { argument, type in
                // The suite writes integer lists as numbers.
                if case .array(let element) = type {
                    return ABIValue.array(try #require(argument.array).map { try abiValue($0, element) })
                }
                return try abiValue(argument, type)
            }
            let expected = hex(try #require(test["result"]?.string))
            #expect(try ABI.encode(values, as: types) == expected)
            #expect(try ABI.decode(expected, as: types) == values)
        }
    }

    @Test func `random values encode as eth-abi encodes them and decode back`() throws {
        let cases = try #require(ownVectors("abi/vectors.json").array)
        #expect(cases.count == 160)
        for (index, test) in cases.enumerated() {
            let types = try #require(test["types"]?.array).map { try ABIType(try #require($0.string)) }
            let values = try zip(#require(test["values"]?.array), types).map { try abiValue($0, $1) }
            let data = try #require(test["data"]?.hexBytes)
            #expect(try ABI.encode(values, as: types) == data, "case \(index)")
            #expect(try ABI.decode(data, as: types) == values, "case \(index)")
        }
    }

    @Test(arguments: ["uint256", "int8", "bytes32[2][]", "(address,(uint24,bytes)[3])[]", "bool[65536]", "string"])
    func `a type prints as it was written`(text: String) throws {
        #expect(try ABIType(text).description == text)
    }

    @Test(arguments: [
        "", "uint7", "uint264", "uint0", "uint08", "bytes33", "bytes0", "fixed128x18", "address1", "uint256 ",
        " uint256",
        "uint256[0]", "uint256[65537]", "uint256[", "uint256]", "()", "(uint256", "(uint256,)", "(uint256)x", "Uint256",
        "é",
        "uint256[01]", "uint99999999999999999999", "(,)",
    ])
    func `a type that is not one is refused`(text: String) {
        #expect(throws: ABIError.unknownType) { try ABIType(text) }
    }

    @Test func `deep types are refused`() {
        #expect(throws: ABIError.tooDeep) { try ABIType("uint8" + String(repeating: "[]", count: 17)) }
        #expect(throws: ABIError.tooDeep) { try ABIType(String(repeating: "(", count: 100_000)) }
    }

    @Test func `values out of their type's range are refused both ways`() throws {
        #expect(throws: ABIError.wrongType) { try ABI.encode([.uint(256)], as: [.uint(8)]) }
        #expect(throws: ABIError.wrongType) { try ABI.encode([.int(I256(128))], as: [.int(8)]) }
        #expect(try ABI.encode([.int(I256(-128))], as: [.int(8)]).first == 0xFF)
        #expect(throws: ABIError.wrongType) { try ABI.encode([.bool(true)], as: [.uint(8)]) }
        #expect(throws: ABIError.wrongType) { try ABI.encode([], as: [.bool]) }
        func word(_ value: U256) -> [UInt8] { value.bigEndianBytes }
        #expect(throws: ABIError.outOfRange) { try ABI.decode(word(256), as: [.uint(8)]) }
        #expect(throws: ABIError.outOfRange) { try ABI.decode(word(128), as: [.int(8)]) }
        #expect(throws: ABIError.outOfRange) { try ABI.decode(word(2), as: [.bool]) }
        #expect(throws: ABIError.outOfRange) { try ABI.decode(word(U256(1) << 160), as: [.address]) }
        #expect(throws: ABIError.outOfRange) { try ABI.decode(word(1), as: [.fixedBytes(31)]) }
        #expect(throws: ABIError.outOfBounds) { try ABI.decode(Array(word(1).dropLast()), as: [.bool]) }
        #expect(throws: ABIError.outOfBounds) { try ABI.decode(word(.max), as: [.bytes]) }
        #expect(throws: ABIError.outOfBounds) { try ABI.decode(word(32) + word(.max), as: [.array(.bool)]) }
        #expect(throws: ABIError.outOfBounds) { try ABI.decode(word(32) + word(U256(Int.max)), as: [.bytes]) }
        #expect(throws: ABIError.invalidUTF8) { try ABI.decode(word(32) + word(1) + [0xFF], as: [.string]) }
        var reader = ABIReader(word((U256(1) << 160) + 5))
        #expect(try reader.address(masking: true).word == 5)
    }

    @Test func `overlapping arrays cannot multiply the work`() throws {
        // A list of n lists that are all the same list of n words, and one level more: n^3 reads if allowed.
        let count = 200
        func level(_ inner: [UInt8]) -> [UInt8] {
            var out = U256(count).bigEndianBytes
            for _ in 0..<count { out += U256(32 * count).bigEndianBytes }
            return out + inner
        }
        var words = U256(count).bigEndianBytes
        for _ in 0..<count { words += U256.one.bigEndianBytes }
        let data = U256(32).bigEndianBytes + level(level(words))
        #expect(throws: ABIError.overBudget) { try ABI.decode(data, as: [.array(.array(.array(.bool)))]) }
        // A little sharing, as Solidity allows, is read: two equal tails in one place.
        let shared = U256(64).bigEndianBytes + U256(64).bigEndianBytes + U256(1).bigEndianBytes + U256(7).bigEndianBytes
        let list = ABIValue.array([.uint(7)])
        #expect(try ABI.decode(shared, as: [.array(.uint(256)), .array(.uint(256))]) == [list, list])
    }

    @Test func `hostile bytes never trap and what decodes encodes again`() throws {
        var random = SeededGenerator()
        let cases = try #require(ownVectors("abi/vectors.json").array)
        var accepted = 0
        for round in 0..<20_000 {
            let test = cases[Int.random(in: 0..<cases.count, using: &random)]
            let types = try #require(test["types"]?.array).map { try ABIType(try #require($0.string)) }
            var data = try #require(test["data"]?.hexBytes)
            if round % 4 == 0 { data = random.bytes(Int.random(in: 0...200, using: &random)) }
            // Small offsets are what reaches deep code.
            for _ in 0..<Int.random(in: 0...3, using: &random) where data.count >= 32 {
                data[32 * Int.random(in: 0..<data.count / 32, using: &random) + 31] = UInt8.random(
                    in: 0...255, using: &random)
            }
            data = random.mutated(data)
            guard let values = try? ABI.decode(data, as: types) else { continue }
            accepted += 1
            let again = try ABI.encode(values, as: types)
            #expect(try ABI.decode(again, as: types) == values, "seed \(random.seed) round \(round)")
        }
        #expect(accepted > 200)
        print("ABI fuzz: \(accepted) of 20,000 mutated encodings accepted")
    }
}
