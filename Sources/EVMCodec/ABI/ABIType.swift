/// A Solidity ABI type.
public indirect enum ABIType: Hashable, Sendable, CustomStringConvertible {
    /// uint8 to uint256.
    case uint(Int)
    /// int8 to int256.
    case int(Int)
    case address, bool
    /// bytes1 to bytes32.
    case fixedBytes(Int)
    case bytes, string
    /// `T[]`.
    case array(ABIType)
    /// `T[n]`, n at least 1.
    case fixedArray(ABIType, Int)
    case tuple([ABIType])

    /// Deepest nesting of arrays and tuples.
    public static let depthMax = 16
    /// Most elements of a fixed array.
    public static let fixedCountMax = 65_536

    /// Parses a type as written in signatures: `uint256`, `bytes32[2][]`, `(address,(uint24,bytes)[])`.
    ///
    /// `uint` and `int` mean 256 bits. Throws `.unknownType` for anything else (fixed-point types, `T[0]`, spaces,
    /// names).
    public init(_ text: some StringProtocol) throws(ABIError) {
        var parser = TypeParser(bytes: Array(text.utf8))
        self = try parser.type(depth: 0)
        guard parser.isAtEnd else { throw .unknownType }
    }

    /// The canonical text.
    public var description: String {
        switch self {
        case .uint(let bits): "uint\(bits)"
        case .int(let bits): "int\(bits)"
        case .address: "address"
        case .bool: "bool"
        case .fixedBytes(let count): "bytes\(count)"
        case .bytes: "bytes"
        case .string: "string"
        case .array(let element): "\(element)[]"
        case .fixedArray(let element, let count): "\(element)[\(count)]"
        case .tuple(let members): "(" + members.map(\.description).joined(separator: ",") + ")"
        }
    }

    /// True when the encoding's size depends on the value, so that it lies behind an offset.
    public var isDynamic: Bool {
        switch self {
        case .bytes, .string, .array: true
        case .fixedArray(let element, _): element.isDynamic
        case .tuple(let members): members.contains(where: \.isDynamic)
        default: false
        }
    }
}

/// Recursive-descent reader of type text.
private struct TypeParser {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func type(depth: Int) throws(ABIError) -> ABIType {
        guard depth <= ABIType.depthMax else { throw .tooDeep }
        var result = take(UInt8(ascii: "(")) ? try members(depth: depth) : try elementary()
        var depth = depth
        while take(UInt8(ascii: "[")) {
            depth += 1
            guard depth <= ABIType.depthMax else { throw .tooDeep }
            if take(UInt8(ascii: "]")) {
                result = .array(result)
            } else {
                guard let count = number(), (1...ABIType.fixedCountMax).contains(count), take(UInt8(ascii: "]")) else {
                    throw .unknownType
                }
                result = .fixedArray(result, count)
            }
        }
        return result
    }

    private mutating func members(depth: Int) throws(ABIError) -> ABIType {
        var members: [ABIType] = []
        if take(UInt8(ascii: ")")) { throw .unknownType }  // a tuple without members has no size
        while true {
            members.append(try type(depth: depth + 1))
            if take(UInt8(ascii: ")")) { return .tuple(members) }
            guard take(UInt8(ascii: ",")) else { throw .unknownType }
        }
    }

    private mutating func elementary() throws(ABIError) -> ABIType {
        let start = position
        while position < bytes.count, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[position]) {
            position += 1
        }
        let name = String(decoding: bytes[start..<position], as: UTF8.self)
        let hasSize = position < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
        let size = hasSize ? number() : nil
        switch (name, size) {
        case ("address", nil) where !hasSize: return .address
        case ("bool", nil) where !hasSize: return .bool
        case ("bytes", nil) where !hasSize: return .bytes
        case ("string", nil) where !hasSize: return .string
        case ("uint", nil) where !hasSize: return .uint(256)
        case ("int", nil) where !hasSize: return .int(256)
        case ("uint", let bits?) where bits % 8 == 0 && (8...256).contains(bits): return .uint(bits)
        case ("int", let bits?) where bits % 8 == 0 && (8...256).contains(bits): return .int(bits)
        case ("bytes", let count?) where (1...32).contains(count): return .fixedBytes(count)
        default: throw .unknownType
        }
    }

    /// A decimal number without leading zeros, at most 6 digits.
    private mutating func number() -> Int? {
        let start = position
        var value = 0
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]),
            position - start < 6
        {
            value = value * 10 + Int(bytes[position] - UInt8(ascii: "0"))
            position += 1
        }
        guard position > start, bytes[start] != UInt8(ascii: "0") else { return nil }
        return value
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }
}
