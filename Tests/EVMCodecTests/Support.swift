import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import TestSupport

/// Reads a JSON file of vectors with our own strict parser.
func parsedJSON(_ url: URL) throws -> JSON { try JSON.parse(Array(try Data(contentsOf: url))) }

/// A vector file of ours below `Tests/Vectors`.
func ownVectors(_ relative: String) throws -> JSON {
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try parsedJSON(here.appendingPathComponent("Vectors").appendingPathComponent(relative))
}

/// Bytes from hex with or without `0x`; traps on a typing error in a test.
func hex(_ text: String) -> [UInt8] {
    guard let bytes = Hex.decode(text) else { fatalError("bad hex in a test: \(text.prefix(40))") }
    return bytes
}

/// A private key of a test; `#require` cannot hold what is not copyable.
func testKey(_ bytes: [UInt8]) throws -> PrivateKey {
    guard let key = PrivateKey(bytes: bytes) else { throw JSONError(.badNumber, at: 0) }
    return key
}

extension SeededGenerator {
    /// `count` random bytes.
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// A copy with a few bytes changed, removed, inserted or repeated.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var out = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            guard !out.isEmpty else { return self.bytes(3) }
            let at = Int.random(in: 0..<out.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: out[at] = UInt8.random(in: .min ... .max, using: &self)
            case 1: out[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 2: out.remove(at: at)
            case 3: out.insert(UInt8.random(in: .min ... .max, using: &self), at: at)
            case 4: out.removeSubrange(at..<min(out.count, at + Int.random(in: 1...9, using: &self)))
            default: out.insert(contentsOf: out[at..<min(out.count, at + 5)], at: at)
            }
        }
        return out
    }
}
