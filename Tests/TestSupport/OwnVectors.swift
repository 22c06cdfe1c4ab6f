import Foundation

/// The vectors that are part of the checkout, under `Tests/Vectors/<source>/`; each folder's SOURCE.md says how they
/// were made.
public enum OwnVectors {
    /// The lines of a text vector file as fields apart by spaces, for example `fields("keccak/keccak256.txt")`.
    public static func fields(_ relative: String) throws -> [[String]] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: tests.appendingPathComponent("Vectors/\(relative)"), encoding: .utf8)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
            $0.split(separator: " ").map(String.init)
        }
    }

    /// The bytes of one field: hex digits, or `-` for none.
    public static func bytes(_ field: String) throws -> [UInt8] {
        if field == "-" { return [] }
        let digits = Array(field.utf8)
        guard digits.count % 2 == 0 else { throw CocoaError(.formatting) }
        return try stride(from: 0, to: digits.count, by: 2).map { index in
            guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
                throw CocoaError(.formatting)
            }
            return byte
        }
    }
}
