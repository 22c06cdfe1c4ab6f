/// Records of an RFC 4180 text: comma separated, quotes doubled inside quotes, CRLF or LF, line breaks inside quotes.
///
/// A malformed record is reported with the line it starts on and reading goes on at the next line.
struct CSVReader {
    /// One record, or why it could not be read.
    enum Record: Equatable {
        case fields([String])
        case malformed(String)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    /// Skips a UTF-8 byte order mark.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    /// The next record that is not an empty line, with its first line's number (from 1); nil at the end.
    mutating func next() -> (line: Int, record: Record)? {
        while position < bytes.count, skipLineEnd() {}
        guard position < bytes.count else { return nil }
        let first = line
        var fields: [String] = []
        while true {
            switch field() {
            case .text(let text): fields.append(text)
            case .fault(let reason):
                skipLine()
                return (first, .malformed(reason))
            }
            if position < bytes.count, bytes[position] == UInt8(ascii: ",") {
                position += 1
                continue
            }
            if position < bytes.count { _ = skipLineEnd() }
            return (first, .fields(fields))
        }
    }

    private enum Field {
        case text(String)
        case fault(String)
    }

    /// Reads one field and stops on the comma, line end or end of text behind it.
    private mutating func field() -> Field {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return plainField() }
        let opened = (position: position, line: line)
        var content: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte != UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\n") { line += 1 }
                content.append(byte)
            } else if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                content.append(byte)
                position += 1
            } else {
                guard atFieldEnd else { return .fault("text after a closing quote") }
                return .text(String(decoding: content, as: UTF8.self))
            }
        }
        // Go on behind the line of the stray quote, so one bad row does not swallow the rest of the file.
        (position, line) = opened
        return .fault("a quote that is never closed")
    }

    private mutating func plainField() -> Field {
        let start = position
        while position < bytes.count, !atFieldEnd {
            if bytes[position] == UInt8(ascii: "\"") { return .fault("a quote inside an unquoted field") }
            position += 1
        }
        return .text(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private var atFieldEnd: Bool {
        guard position < bytes.count else { return true }
        let byte = bytes[position]
        return byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n")
            || (byte == UInt8(ascii: "\r")
                && (position + 1 == bytes.count || bytes[position + 1] == UInt8(ascii: "\n")))
    }

    /// Steps over one LF or CRLF; false when there is none here.
    private mutating func skipLineEnd() -> Bool {
        if bytes[position] == UInt8(ascii: "\r"),
            position + 1 == bytes.count || bytes[position + 1] == UInt8(ascii: "\n")
        {
            position += 1
            if position == bytes.count { return true }
        }
        guard bytes[position] == UInt8(ascii: "\n") else { return false }
        position += 1
        line += 1
        return true
    }

    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        if position < bytes.count { _ = skipLineEnd() }
    }
}
