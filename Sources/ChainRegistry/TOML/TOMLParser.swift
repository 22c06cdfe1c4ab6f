/// A strict TOML 1.0 reader that never traps and knows the line of every value.
///
/// Not TOMLKit, whose toml++ aborts the process on some malformed texts (`[=]`, for one) and drops line numbers;
/// the tests compare with Python's tomllib.
/// Bounds: 16 parts a key, 16 levels of nested values. Dates are recognised by shape only: no setting is one.
/// Source: toml.io, TOML v1.0.0.
struct TOMLParser {
    let bytes: [UInt8]
    let origin: SettingOrigin
    var at = 0
    private var lineMark: (offset: Int, line: UInt32) = (0, 1)

    private init(bytes: [UInt8], origin: SettingOrigin) {
        self.bytes = bytes
        self.origin = origin
    }

    static let depthMax = 16
    static let keyPartsMax = 16

    /// Where the reading failed and why.
    struct Failure: Error {
        let offset: Int
        let problem: String
    }

    /// Reads a whole document. Throws `.malformed` with line and column.
    static func parse(_ text: String, origin: SettingOrigin) throws(ChainRegistryError) -> SettingTable {
        var parser = TOMLParser(bytes: Array(text.utf8), origin: origin)
        do {
            return try parser.document()
        } catch {
            let before = parser.bytes[..<min(error.offset, parser.bytes.count)]
            let line = before.count { $0 == 10 } + 1
            let column = before.count - (before.lastIndex(of: 10).map { $0 + 1 } ?? 0) + 1
            throw ChainRegistryError(
                .malformed, source: "\(origin):\(line)", key: "column \(column)", problem: error.problem,
                expected: "TOML 1.0")
        }
    }

    // MARK: Document

    private mutating func document() throws(Failure) -> SettingTable {
        let root = TOMLNode(.table(.header), line: 1)
        var current = root
        while true {
            try skipBlankLines()
            guard let byte = peek() else { break }
            if byte == UInt8(ascii: "[") {
                current = try header(root)
            } else {
                try keyValue(into: current, depth: 0)
            }
            try endOfLine()
        }
        return root.frozenTable(origin)
    }

    /// `[a.b]` or `[[a.b]]`: returns the table that the following lines fill.
    private mutating func header(_ root: TOMLNode) throws(Failure) -> TOMLNode {
        let start = at, line = currentLine()
        at += 1
        let isRow = peek() == UInt8(ascii: "[")
        if isRow { at += 1 }
        let parts = try key()
        try expect("]")
        if isRow { try expect("]") }
        var node = root
        for part in parts.dropLast() {
            guard let next = node.descend(part, line: line) else {
                throw fail(
                    "[\(parts.joined(separator: "."))] passes through \"\(part)\", which is not a table", at: start)
            }
            node = next
        }
        guard let last = parts.last, let made = isRow ? node.addRow(last, line: line) : node.define(last, line: line)
        else {
            throw fail("\"\(parts.joined(separator: "."))\" is defined twice", at: start)
        }
        return made
    }

    /// `a.b = value`, put into `table`.
    mutating func keyValue(into table: TOMLNode, depth: Int) throws(Failure) {
        let start = at, line = currentLine()
        let parts = try key()
        try expect("=")
        skipSpace()
        let value = try value(depth: depth)
        var node = table
        for part in parts.dropLast() {
            guard let next = node.dotted(part, line: line) else {
                throw fail("\"\(part)\" is defined elsewhere already", at: start)
            }
            node = next
        }
        guard let last = parts.last, node.children[last] == nil else {
            throw fail("\"\(parts.joined(separator: "."))\" is defined twice", at: start)
        }
        node.put(last, TOMLNode(.value(value), line: line))
    }

    // MARK: Keys

    private mutating func key() throws(Failure) -> [String] {
        var parts: [String] = []
        repeat {
            if !parts.isEmpty { at += 1 }
            skipSpace()
            parts.append(try keyPart())
            if parts.count > Self.keyPartsMax { throw fail("a key has more than \(Self.keyPartsMax) parts") }
            skipSpace()
        } while peek() == UInt8(ascii: ".")
        return parts
    }

    private mutating func keyPart() throws(Failure) -> String {
        switch peek() {
        case UInt8(ascii: "\""): return try basicString()
        case UInt8(ascii: "'"): return try literalString()
        default: break
        }
        let start = at
        while let byte = peek(), Self.isBare(byte) { at += 1 }
        if at == start { throw fail("no key stands here") }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 95
    }

    // MARK: Blanks

    func peek(_ ahead: Int = 0) -> UInt8? { at + ahead < bytes.count ? bytes[at + ahead] : nil }

    func fail(_ problem: String, at offset: Int? = nil) -> Failure { Failure(offset: offset ?? at, problem: problem) }

    /// The line of the reading place, counted from 1. The place only moves forward, so each byte is counted once.
    mutating func currentLine() -> UInt32 {
        if at > lineMark.offset {
            lineMark.line += UInt32(truncatingIfNeeded: bytes[lineMark.offset..<at].count { $0 == 10 })
            lineMark.offset = at
        }
        return lineMark.line
    }

    mutating func skipSpace() {
        while let byte = peek(), byte == 32 || byte == 9 { at += 1 }
    }

    mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
        skipSpace()
        guard peek() == UInt8(ascii: character) else { throw fail("\"\(character)\" is missing") }
        at += 1
    }

    /// Passes a line break, LF or CRLF; false when none stands here.
    mutating func lineBreak() -> Bool {
        if peek() == 10 {
            at += 1
        } else if peek() == 13, peek(1) == 10 {
            at += 2
        } else {
            return false
        }
        return true
    }

    /// Passes blanks, comments and line breaks.
    mutating func skipBlankLines() throws(Failure) {
        repeat {
            skipSpace()
            try skipComment()
        } while lineBreak()
    }

    private mutating func skipComment() throws(Failure) {
        guard peek() == UInt8(ascii: "#") else { return }
        while let byte = peek(), byte != 10 {
            if byte == 13, peek(1) == 10 { return }
            if (byte < 32 && byte != 9) || byte == 127 { throw fail("a control character stands in a comment") }
            at += 1
        }
    }

    private mutating func endOfLine() throws(Failure) {
        skipSpace()
        try skipComment()
        guard peek() == nil || lineBreak() else { throw fail("more stands on the line than one setting") }
    }
}
