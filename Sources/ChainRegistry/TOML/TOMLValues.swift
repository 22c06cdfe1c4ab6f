/// Values: strings, numbers, booleans, dates, arrays, inline tables.
extension TOMLParser {
    mutating func value(depth: Int) throws(Failure) -> SettingValue {
        if depth >= Self.depthMax { throw fail("values are nested more than \(Self.depthMax) deep") }
        switch peek() {
        case nil, 10, 13: throw fail("a value is missing")
        case UInt8(ascii: "\""):
            return .text(isTriple(UInt8(ascii: "\"")) ? try multilineBasic() : try basicString())
        case UInt8(ascii: "'"):
            return .text(isTriple(UInt8(ascii: "'")) ? try multilineLiteral() : try literalString())
        case UInt8(ascii: "["): return .list(try array(depth: depth + 1))
        case UInt8(ascii: "{"): return .table(try inlineTable(depth: depth + 1))
        default: return try plainValue()
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> [Setting] {
        at += 1
        var items: [Setting] = []
        while true {
            try skipBlankLines()
            if peek() == UInt8(ascii: "]") { break }
            let line = currentLine()
            items.append(Setting(value: try value(depth: depth), origin: origin, line: line))
            try skipBlankLines()
            guard peek() == UInt8(ascii: ",") else { break }
            at += 1
        }
        try expect("]")
        return items
    }

    private mutating func inlineTable(depth: Int) throws(Failure) -> SettingTable {
        at += 1
        let node = TOMLNode(.table(.header), line: currentLine())
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            at += 1
            return SettingTable()
        }
        while true {
            try keyValue(into: node, depth: depth)
            skipSpace()
            guard peek() == UInt8(ascii: ",") else { break }
            at += 1
        }
        try expect("}")
        return node.frozenTable(origin)
    }

    // MARK: Words and numbers

    private mutating func plainValue() throws(Failure) -> SettingValue {
        let start = at
        while let byte = peek(), !Self.endsPlain(byte) { at += 1 }
        // One blank may stand between date and time.
        if at - start == 10, bytes[start + 4] == 45, peek() == 32, let digit = peek(1), (48...57).contains(digit) {
            at += 1
            while let byte = peek(), !Self.endsPlain(byte) { at += 1 }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if let value = Self.word(text) ?? Self.integer(text) ?? Self.float(text) ?? Self.date(text) { return value }
        throw fail(text.isEmpty ? "a value is missing" : "\"\(text.prefix(40))\" is no value", at: start)
    }

    private static func endsPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...32, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"), UInt8(ascii: "="): true
        default: false
        }
    }

    private static func word(_ text: String) -> SettingValue? {
        switch text {
        case "true": .flag(true)
        case "false": .flag(false)
        case "inf", "+inf": .float(.infinity)
        case "-inf": .float(-.infinity)
        case "nan", "+nan", "-nan": .float(.nan)
        default: nil
        }
    }

    /// Digits with single underscores between them removed; nil when an underscore stands elsewhere or nothing is left.
    private static func digits(_ text: Substring, radix: UInt8) -> String? {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        let joined = parts.joined()
        let valid = joined.utf8.allSatisfy { byte in
            switch byte {
            case 48...57: byte - 48 < radix
            case 65...70, 97...102: radix == 16
            default: false
            }
        }
        return !parts.contains(where: \.isEmpty) && valid ? joined : nil
    }

    private static func integer(_ text: String) -> SettingValue? {
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            guard let digits = digits(text.dropFirst(2), radix: UInt8(radix)) else { return nil }
            return Int64(digits, radix: radix).map { .integer($0) }
        }
        let sign = text.hasPrefix("-") ? "-" : ""
        let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard let digits = digits(unsigned, radix: 10), digits == "0" || !digits.hasPrefix("0") else { return nil }
        return Int64(sign + digits).map { .integer($0) }
    }

    private static func float(_ text: String) -> SettingValue? {
        let signed = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let halves = signed.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        let mantissa = halves[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 || mantissa.count == 2 else { return nil }
        guard let whole = digits(mantissa[0], radix: 10), whole == "0" || !whole.hasPrefix("0") else { return nil }
        var clean = (text.hasPrefix("-") ? "-" : "") + whole
        if mantissa.count == 2 {
            guard let fraction = digits(mantissa[1], radix: 10) else { return nil }
            clean += "." + fraction
        }
        if halves.count == 2 {
            let sign = halves[1].hasPrefix("-") ? "-" : ""
            let rest = halves[1].hasPrefix("-") || halves[1].hasPrefix("+") ? halves[1].dropFirst() : halves[1]
            guard let exponent = digits(rest, radix: 10) else { return nil }
            clean += "e" + sign + exponent
        }
        return Double(clean).map { .float($0) }
    }

    /// Anything of the shape of an RFC 3339 date, time or both.
    private static func date(_ text: String) -> SettingValue? {
        let bytes = Array(text.utf8)
        let isDate = bytes.count >= 10 && bytes[4] == 45 && bytes[7] == 45
        let isTime = bytes.count >= 8 && bytes[2] == 58 && bytes[5] == 58
        let allowed = bytes.allSatisfy {
            (48...57).contains($0) || [43, 45, 46, 58, 84, 90, 116, 122, 32].contains($0)
        }
        return (isDate || isTime) && allowed ? .date(text) : nil
    }
}
