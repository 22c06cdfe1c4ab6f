/// A JSON value as read from the wire: number text is kept, object order is kept, nothing is converted on the way in.
///
/// Source: RFC 8259. Typed access lives in `JSON+Accessors.swift`; reading in `JSONParser.swift`; writing in
/// `JSON+Serialize.swift`.
public enum JSON: Sendable, Hashable {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number as its exact text (for example `1.50e3`); no precision is lost because nothing is converted.
    case number(String)
    /// A string, unescaped, always valid Unicode.
    case string(String)
    /// An array in order.
    case array([JSON])
    /// An object; member order is kept, keys are unique.
    case object(JSONObject)

    /// Parses one JSON text that fills `bytes` (white space around it is allowed).
    ///
    /// Cost: one pass, O(n). Refuses everything RFC 8259 refuses, and also byte order marks, invalid UTF-8,
    /// lone surrogates, duplicate keys and nesting deeper than `depthMax` (default 128).
    public static func parse(_ bytes: [UInt8], depthMax: Int = 128) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes: bytes, depthMax: depthMax)
        return try parser.document()
    }

    /// Parses the UTF-8 of `text`; as `parse(_:depthMax:)`.
    public static func parse(_ text: String, depthMax: Int = 128) throws(JSONError) -> JSON {
        try parse(Array(text.utf8), depthMax: depthMax)
    }
}

/// Why a text is not JSON (or not JSON we accept), and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong; the only part to compare.
    public enum Code: String, Hashable, Sendable {
        case unexpectedEnd, unexpectedByte, badNumber, badEscape, loneSurrogate, invalidUTF8
        case controlCharacter, duplicateKey, tooDeep, trailingBytes
    }
    /// What was wrong.
    public let code: Code
    /// Byte offset into the text, 0-based.
    public let offset: Int

    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
    /// One line for people.
    public var description: String { "JSON: \(code.rawValue) at byte \(offset)" }
}

/// The members of a JSON object in wire order, keys unique.
///
/// Look-up is linear up to 16 members and hashed above, so neither small RPC objects nor hostile large ones are slow.
/// Two objects are equal when they hold the same members in any order.
public struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// Member names in order.
    public private(set) var keys: [String] = []
    /// Member values, parallel to `keys`.
    public private(set) var values: [JSON] = []
    private var index: [String: Int] = [:]
    private static let linearMax = 16

    public init() {}

    /// Builds an object from literal members. A repeated key keeps its first place and takes the last value.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        for (key, value) in elements { self[key] = value }
    }

    /// How many members there are.
    public var count: Int { keys.count }
    /// True when there are no members.
    public var isEmpty: Bool { keys.isEmpty }

    /// The value of `key`, nil when absent. Setting nil removes the member (O(n)).
    public subscript(key: String) -> JSON? {
        get { position(of: key).map { values[$0] } }
        set {
            switch (position(of: key), newValue) {
            case (let at?, let value?): values[at] = value
            case (let at?, nil): remove(at: at)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// Appends a member unless the key is taken; says whether it did.
    mutating func insert(_ key: String, _ value: JSON) -> Bool {
        guard position(of: key) == nil else { return false }
        append(key, value)
        return true
    }

    private func position(of key: String) -> Int? {
        keys.count <= Self.linearMax ? keys.firstIndex(of: key) : index[key]
    }

    private mutating func append(_ key: String, _ value: JSON) {
        keys.append(key)
        values.append(value)
        if keys.count > Self.linearMax {
            if index.isEmpty { reindex() } else { index[key] = keys.count - 1 }
        }
    }

    private mutating func remove(at position: Int) {
        keys.remove(at: position)
        values.remove(at: position)
        index = [:]
        if keys.count > Self.linearMax { reindex() }
    }

    private mutating func reindex() {
        for (position, key) in keys.enumerated() { index[key] = position }
    }

    public static func == (a: Self, b: Self) -> Bool {
        guard a.count == b.count else { return false }
        for (key, value) in zip(a.keys, a.values) where b[key] != value { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        // Order must not matter, so member hashes are summed.
        var sum = 0
        for (key, value) in zip(keys, values) {
            var one = Hasher()
            one.combine(key)
            one.combine(value)
            sum &+= one.finalize()  // wrapping meant: a hash
        }
        hasher.combine(sum)
    }
}
