internal import EVMCodec
public import EVMTypes

/// What a reverted call said, read from its output.
///
/// Source: Solidity's documentation, "Panic via assert and Error via require"; contract ABI, "Errors".
public enum RevertReason: Hashable, Sendable, CustomStringConvertible {
    /// No output.
    case empty
    /// `Error(string)`: a `require` or `revert` with a text.
    case error(String)
    /// `Panic(uint256)`: a check of the compiler's; see `panicMeaning`.
    case panic(U256)
    /// An error that the contract declares: selector and encoded arguments.
    case custom(selector: UInt32, arguments: [UInt8])
    /// Shorter than a selector, or `Error` or `Panic` with arguments that cannot be read: the whole output.
    case malformed([UInt8])

    /// `Error(string)`'s selector.
    public static let errorSelector: UInt32 = 0x08c3_79a0
    /// `Panic(uint256)`'s selector.
    public static let panicSelector: UInt32 = 0x4e48_7b71

    /// Reads any output of a call that reverted. Costs one pass over it.
    public init(_ output: [UInt8]) {
        guard !output.isEmpty else {
            self = .empty
            return
        }
        guard output.count >= 4 else {
            self = .malformed(output)
            return
        }
        let selector = output[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        switch selector {
        case Self.errorSelector, Self.panicSelector:
            var reader = ABIReader(output, from: 4)
            do throws(ABIError) {
                self = selector == Self.panicSelector ? .panic(try reader.word()) : .error(try reader.string())
            } catch {
                self = .malformed(output)
            }
        default: self = .custom(selector: selector, arguments: Array(output[4...]))
        }
    }

    /// What a `Panic`'s number means; nil for another reason and for a number that Solidity does not use.
    public var panicMeaning: String? {
        guard case .panic(let code) = self, let number = code.asUInt64 else { return nil }
        return switch number {
        case 0x00: "compiler's own panic"
        case 0x01: "assertion failed"
        case 0x11: "arithmetic overflow or underflow"
        case 0x12: "division or remainder by zero"
        case 0x21: "number is no value of the enum"
        case 0x22: "storage bytes are wrongly encoded"
        case 0x31: "pop of an empty array"
        case 0x32: "index out of bounds"
        case 0x41: "too much memory, or too large an array"
        case 0x51: "call of an uninitialised function"
        default: nil
        }
    }

    /// One line for people, at most about 300 characters whatever the contract said; control characters escaped.
    public var description: String {
        switch self {
        case .empty: "reverted without a reason"
        case .error(let text): "reverted: \"\(Self.printable(text))\""
        case .panic(let code): "reverted: panic \(code)\(panicMeaning.map { " (\($0))" } ?? "")"
        case .custom(let selector, let arguments):
            "reverted: error 0x\(Self.hex(bigEndian: selector))(\(Self.hex(arguments)))"
        case .malformed(let bytes): "reverted: malformed reason 0x\(Self.hex(bytes))"
        }
    }

    private static let shownMax = 256

    private static func printable(_ text: String) -> String {
        var shown = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == shownMax { return shown + "..." }
            let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            let isFormat = scalar.properties.generalCategory == .format
            shown += isControl || isFormat || scalar == "\"" ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return shown
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let shown = bytes.prefix(shownMax / 2).map(pair).joined()
        return bytes.count > shownMax / 2 ? shown + "... \(bytes.count) bytes" : shown
    }

    private static func hex(bigEndian word: UInt32) -> String {
        (0..<4).map { pair(UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0)))) }.joined()
    }

    private static func pair(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
