import Logging

/// The text form of a log line.
enum LogText {
    static func line(
        time: String, level: Logger.Level, label: String, message: String, _ metadata: Logger.Metadata
    ) -> String {
        var out = "\(time) \(level.rawValue) \(escaped(label)): \(escaped(message))"
        for key in metadata.keys.sorted() {
            guard let value = metadata[key] else { continue }
            out += " \(escaped(key))=\(quoted(value.description))"
        }
        return out + "\n"
    }

    /// Quotes a value that could be mistaken for more than one word.
    private static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty && text.unicodeScalars.allSatisfy { $0 > " " && $0 != "\"" && $0 != "=" && $0 != "\\" }
        return isPlain ? escaped(text) : "\"" + escaped(text, quote: true) + "\""
    }

    /// Control characters as `\u{..}`, so that a line stays a line.
    private static func escaped(_ text: String, quote: Bool = false) -> String {
        var out = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == LogLineHandler.textScalarsMax { return out + "…" }
            if scalar.isControl || (quote && (scalar == "\"" || scalar == "\\")) {
                out += scalar.isControl ? "\\u{\(String(scalar.value, radix: 16))}" : "\\\(scalar)"
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// The JSON form of a log line. Source: RFC 8259 §7 for strings.
enum LogJSON {
    static func line(
        time: String, level: Logger.Level, label: String, message: String, _ metadata: Logger.Metadata
    ) -> String {
        "{\"time\":\(string(time)),\"level\":\(string(level.rawValue)),\"label\":\(string(label)),"
            + "\"message\":\(string(message)),\"metadata\":\(object(metadata, depth: 0))}\n"
    }

    private static func object(_ metadata: Logger.Metadata, depth: Int) -> String {
        let members = metadata.keys.sorted().map { key in
            "\(string(key)):\(metadata[key].map { value($0, depth: depth + 1) } ?? "null")"
        }
        return "{\(members.joined(separator: ","))}"
    }

    private static func value(_ value: Logger.Metadata.Value, depth: Int) -> String {
        // Deeper than anyone reads: flattened to text rather than followed without bound.
        if depth > 8 { return string(value.description) }
        switch value {
        case .string(let text): return string(text)
        case .stringConvertible(let item): return string(item.description)
        case .array(let items): return "[\(items.map { self.value($0, depth: depth + 1) }.joined(separator: ","))]"
        case .dictionary(let members): return object(members, depth: depth)
        }
    }

    static func string(_ text: String) -> String {
        var out = "\""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == LogLineHandler.textScalarsMax {
                out += "…"
                break
            }
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where scalar.isControl:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

extension Unicode.Scalar {
    /// C0, DEL, C1, and the two separators that some readers take for line ends.
    fileprivate var isControl: Bool {
        value < 0x20 || (0x7f...0x9f).contains(value) || value == 0x2028 || value == 0x2029
    }
}
