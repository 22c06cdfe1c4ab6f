/// Writes the small part of TOML that configuration uses.
enum TOMLText {
    /// `table` as text, with every key below the table `path`.
    static func render(_ table: SettingTable, under path: String) -> String {
        var lines = ["[\(path)]"]
        var rows: [String] = []
        for key in table.keys {
            guard let setting = table[key] else { continue }
            switch setting.value {
            case .list(let list) where !list.isEmpty && list.allSatisfy(isTable):
                for case .table(let row) in list.map(\.value) {
                    rows.append("")
                    rows.append("[[\(path).\(key)]]")
                    rows += row.keys.compactMap { name in row[name].map { "\(name) = \(literal($0.value))" } }
                }
            case .table(let inner):
                rows += ["", render(inner, under: "\(path).\(key)")]
            default:
                lines.append("\(key) = \(literal(setting.value))")
            }
        }
        return (lines + rows).joined(separator: "\n") + "\n"
    }

    private static func isTable(_ setting: Setting) -> Bool {
        if case .table = setting.value { true } else { false }
    }

    private static func literal(_ value: SettingValue) -> String {
        switch value {
        case .text(let text): quoted(text)
        case .integer(let number): String(number)
        case .float(let number): String(number)
        case .flag(let flag): String(flag)
        case .date(let text): text
        case .list(let list): "[" + list.map { literal($0.value) }.joined(separator: ", ") + "]"
        case .table(let table):
            "{ "
                + table.keys.compactMap { key in table[key].map { "\(key) = \(literal($0.value))" } }.joined(
                    separator: ", ") + " }"
        }
    }

    /// A basic string: quotes, backslashes and control characters escaped.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
