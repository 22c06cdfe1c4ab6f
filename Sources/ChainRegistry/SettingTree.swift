/// Where a configured value came from. Later cases override earlier ones.
public enum SettingOrigin: Hashable, Sendable, CustomStringConvertible {
    /// Built into the program.
    case standard
    /// A chain file (its path, or `embedded NAME.toml`).
    case chainFile(String)
    /// The file given by `--config`.
    case configFile(String)
    /// A description of a local deployment (`--deployment FILE`).
    case deployment(String)
    /// An environment variable, by name.
    case environment(String)
    /// A command line flag, by name.
    case flag(String)

    public var description: String {
        switch self {
        case .standard: "default"
        case .chainFile(let path), .configFile(let path), .deployment(let path): path
        case .environment(let name): "environment \(name)"
        case .flag(let name): "flag --\(name)"
        }
    }

    /// Whether values of this origin arrive as plain text and must be read as the key's own type.
    var isText: Bool {
        switch self {
        case .environment, .flag: true
        case .standard, .chainFile, .configFile, .deployment: false
        }
    }
}

/// A value of a configuration file, before its meaning is known.
enum SettingValue: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case float(Double)
    case flag(Bool)
    case date(String)
    case list([Setting])
    case table(SettingTable)

    /// The type's name in words, for fault lines.
    var typeName: String {
        switch self {
        case .text: "a string"
        case .integer: "an integer"
        case .float: "a decimal number"
        case .flag: "true or false"
        case .date: "a date"
        case .list: "a list"
        case .table: "a table"
        }
    }
}

/// A value with where it came from.
struct Setting: Hashable, Sendable {
    var value: SettingValue
    var origin: SettingOrigin
    /// Line in the file, counted from 1; 0 where there is none.
    var line: UInt32 = 0

    /// Source and line, for fault lines.
    var place: String { line == 0 ? origin.description : "\(origin):\(line)" }
}

/// A table whose keys keep the order in which they were first written.
struct SettingTable: Hashable, Sendable {
    /// In the order in which they were first written.
    private(set) var keys: [String] = []
    private var values: [String: Setting] = [:]

    subscript(key: String) -> Setting? {
        get { values[key] }
        set {
            if values[key] == nil, newValue != nil { keys.append(key) }
            if newValue == nil { keys.removeAll { $0 == key } }
            values[key] = newValue
        }
    }

    init() {}

    /// Reads TOML text; every value carries `origin` and its line. Throws `.malformed` when it is not TOML.
    init(toml text: String, origin: SettingOrigin) throws(ChainRegistryError) {
        self = try TOMLParser.parse(text, origin: origin)
    }

    /// Lays `over` on this table: its scalars and plain lists replace ours, tables merge key by key, and lists of
    /// tables merge row by row where `identity` (`name`, or `symbol` for tokens) is equal; other rows are appended.
    mutating func merge(_ over: SettingTable) {
        for key in over.keys {
            guard let new = over[key] else { continue }
            guard let old = self[key] else {
                self[key] = new
                continue
            }
            self[key] = SettingTable.merged(old, new)
        }
    }

    private static func merged(_ old: Setting, _ new: Setting) -> Setting {
        switch (old.value, new.value) {
        case (.table(var base), .table(let over)):
            base.merge(over)
            return Setting(value: .table(base), origin: new.origin, line: new.line)
        case (.list(let base), .list(let over)) where isRows(base) && isRows(over) && !over.isEmpty:
            return Setting(value: .list(mergedRows(base, over)), origin: new.origin, line: new.line)
        default:
            return new
        }
    }

    private static func isRows(_ list: [Setting]) -> Bool {
        list.allSatisfy { if case .table = $0.value { true } else { false } }
    }

    private static func mergedRows(_ base: [Setting], _ over: [Setting]) -> [Setting] {
        var rows = base
        for row in over {
            guard let name = identity(of: row), let place = rows.firstIndex(where: { identity(of: $0) == name }) else {
                rows.append(row)
                continue
            }
            rows[place] = merged(rows[place], row)
        }
        return rows
    }

    /// What tells one row of a list of tables from another.
    private static func identity(of row: Setting) -> String? {
        guard case .table(let table) = row.value else { return nil }
        for key in ["name", "symbol"] {
            if case .text(let text)? = table[key]?.value { return text }
        }
        return nil
    }
}
