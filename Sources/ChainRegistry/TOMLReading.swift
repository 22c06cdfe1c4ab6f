internal import TOMLKit

extension SettingTable {
    /// Reads TOML text; every value carries `origin`.
    ///
    /// Throws `.malformed` with line and column when the text is not TOML.
    init(toml text: String, origin: SettingOrigin) throws(ChainRegistryError) {
        let root: TOMLTable
        do {
            root = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let place = "line \(error.source.begin.line), column \(error.source.begin.column)"
            let clause = error.description.split(whereSeparator: \.isNewline).joined(separator: " ")
            throw ChainRegistryError(
                .malformed, source: origin.description, key: place, problem: clause, expected: "TOML 1.0")
        } catch {
            throw ChainRegistryError(
                .malformed, source: origin.description, problem: "\(error)", expected: "TOML 1.0")
        }
        self = withExtendedLifetime(root) { SettingTable(root, origin: origin) }
    }

    fileprivate init(_ table: TOMLTable, origin: SettingOrigin) {
        self.init()
        for (key, value) in zip(table.keys, table.values) {
            self[key] = Setting(value: SettingValue(value, origin: origin), origin: origin)
        }
    }
}

extension SettingValue {
    /// Copies a parsed node out of TOMLKit, whose values point into the document.
    fileprivate init(_ node: TOMLValue, origin: SettingOrigin) {
        if let text = node.string {
            self = .text(text)
        } else if let number = node.int {
            self = .integer(Int64(number))
        } else if let number = node.double {
            self = .float(number)
        } else if let flag = node.bool {
            self = .flag(flag)
        } else if let list = node.array {
            let items = (0..<list.count).map { SettingValue(list[$0].tomlValue, origin: origin) }
            self = .list(items.map { Setting(value: $0, origin: origin) })
        } else if let table = node.table {
            self = .table(SettingTable(table, origin: origin))
        } else {
            self = .date(node.debugDescription)
        }
    }
}
