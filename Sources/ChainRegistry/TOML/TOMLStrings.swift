/// The four kinds of strings.
extension TOMLParser {
    func isTriple(_ mark: UInt8) -> Bool { peek() == mark && peek(1) == mark && peek(2) == mark }

    mutating func basicString() throws(Failure) -> String {
        let start = at
        at += 1
        var out: [UInt8] = []
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<32 where byte != 9, 127: throw fail("a line break or control character stands in a string")
            default:
                out.append(byte)
                at += 1
            }
        }
        throw fail("a string is not closed", at: start)
    }

    mutating func literalString() throws(Failure) -> String {
        let start = at
        at += 1
        while let byte = peek() {
            if byte == UInt8(ascii: "'") {
                at += 1
                return String(decoding: bytes[(start + 1)..<(at - 1)], as: UTF8.self)
            }
            if (byte < 32 && byte != 9) || byte == 127 {
                throw fail("a line break or control character stands in a string")
            }
            at += 1
        }
        throw fail("a string is not closed", at: start)
    }

    mutating func multilineBasic() throws(Failure) -> String {
        try multiline(UInt8(ascii: "\"")) { (parser, out) throws(Failure) in
            if parser.peek() == UInt8(ascii: "\\") { try parser.lineEndingOrEscape(into: &out) }
        }
    }

    mutating func multilineLiteral() throws(Failure) -> String {
        try multiline(UInt8(ascii: "'")) { (_, _) throws(Failure) in }
    }

    /// Reads up to three closing marks; up to two more marks before them belong to the text.
    private mutating func multiline(
        _ mark: UInt8, special: (inout TOMLParser, inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) -> String {
        let start = at
        at += 3
        _ = lineBreak()
        var out: [UInt8] = []
        while let byte = peek() {
            if isTriple(mark) {
                while peek(3) == mark, out.count < bytes.count, extraMarks(mark) > 0 {
                    out.append(mark)
                    at += 1
                }
                at += 3
                return String(decoding: out, as: UTF8.self)
            }
            let before = at
            try special(&self, &out)
            if at != before { continue }
            if lineBreak() {
                out.append(10)
                continue
            }
            if (byte < 32 && byte != 9) || byte == 127 { throw fail("a control character stands in a string") }
            out.append(byte)
            at += 1
        }
        throw fail("a string is not closed", at: start)
    }

    /// Marks beyond the closing three that still belong to the text, at most two.
    private func extraMarks(_ mark: UInt8) -> Int {
        var count = 0
        while peek(count) == mark { count += 1 }
        return count <= 5 ? count - 3 : 0
    }

    /// A backslash at the end of a line swallows all blanks and line breaks up to the next text.
    private mutating func lineEndingOrEscape(into out: inout [UInt8]) throws(Failure) {
        let start = at
        at += 1
        skipSpace()
        guard lineBreak() else {
            at = start
            return try escape(into: &out)
        }
        repeat { skipSpace() } while lineBreak()
    }

    private mutating func escape(into out: inout [UInt8]) throws(Failure) {
        let start = at
        at += 1
        guard let letter = peek() else { throw fail("a string is not closed", at: start) }
        at += 1
        switch letter {
        case UInt8(ascii: "b"): out.append(8)
        case UInt8(ascii: "t"): out.append(9)
        case UInt8(ascii: "n"): out.append(10)
        case UInt8(ascii: "f"): out.append(12)
        case UInt8(ascii: "r"): out.append(13)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(letter)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = letter == UInt8(ascii: "u") ? 4 : 8
            let digits = bytes[at..<min(at + count, bytes.count)]
            let isHex = digits.allSatisfy {
                (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0)
            }
            guard digits.count == count, isHex, let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value)
            else { throw fail("no character has this number", at: start) }
            at += count
            out += Array(String(Character(scalar)).utf8)
        default: throw fail("no such escape", at: start)
        }
    }
}
