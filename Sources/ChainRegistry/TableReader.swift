internal import EVMTypes

/// Reads one table key by key: checks each value, remembers which keys were asked for, and at the end refuses the rest.
///
/// Every read value is noted in `Notebook` with its origin, which is what `martlet config show` prints.
/// Cold code; not safe for concurrent use.
final class TableReader {
    let table: SettingTable
    let path: String
    /// Source and line of the table itself, blamed for what is missing in it.
    let source: String
    let faults: FaultList
    let notebook: Notebook
    private var known: [String] = []

    init(_ table: SettingTable, path: String, source: String, faults: FaultList, notebook: Notebook) {
        self.table = table
        self.path = path
        self.source = source
        self.faults = faults
        self.notebook = notebook
    }

    /// The full path of a key of this table.
    func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Records a fault at `key`, blaming the source that set it (or this table's source when nothing did).
    func refuse(_ key: String, _ problem: String, expected: String) {
        faults.add(table[key]?.place ?? source, place(key), problem, expected: expected)
    }

    /// The raw value of `key`, marking the key as known.
    func raw(_ key: String) -> Setting? {
        known.append(key)
        return table[key]
    }

    /// Reads `key` by `read`, which returns nil for a value it refuses. An absent key gives `standard`;
    /// when that is nil too and the key is `required`, its absence is a fault.
    func value<T>(
        _ key: String, standard: T?, required: Bool, expected: String, show: (T) -> String,
        read: (Setting) -> T?
    ) -> T? {
        guard let setting = raw(key) else {
            if let standard { notebook.note(place(key), show(standard), .standard) }
            if standard == nil, required { refuse(key, "is missing", expected: expected) }
            return standard
        }
        guard let result = read(setting) else {
            refuse(key, "is \(Self.shown(setting.value))", expected: expected)
            return standard
        }
        notebook.note(place(key), show(result), setting.origin)
        return result
    }

    /// The sub-table `key` as a reader of its own; an absent one reads as empty.
    func section(_ key: String) -> TableReader {
        let setting = raw(key)
        guard case .table(let inner)? = setting?.value else {
            if let setting { refuse(key, "is \(setting.value.typeName)", expected: "a table [\(place(key))]") }
            return TableReader(SettingTable(), path: place(key), source: source, faults: faults, notebook: notebook)
        }
        return TableReader(
            inner, path: place(key), source: setting?.place ?? source, faults: faults, notebook: notebook)
    }

    /// The rows of the list of tables `key`, each with a reader named `key[index]`, counted from 0.
    func rows(_ key: String) -> [TableReader] {
        guard let setting = raw(key) else { return [] }
        guard case .list(let list) = setting.value else {
            refuse(key, "is \(setting.value.typeName)", expected: "a list of tables [[\(place(key))]]")
            return []
        }
        var readers: [TableReader] = []
        for (index, row) in list.enumerated() {
            let name = "\(place(key))[\(index)]"
            guard case .table(let inner) = row.value else {
                faults.add(row.place, name, "is \(row.value.typeName)", expected: "a table")
                continue
            }
            readers.append(TableReader(inner, path: name, source: row.place, faults: faults, notebook: notebook))
        }
        return readers
    }

    /// Refuses every key that nothing asked for, naming the closest known one.
    func finish() {
        for key in table.keys where !known.contains(key) {
            let near = known.min { Self.distance($0, key) < Self.distance($1, key) }
            let close = near.flatMap { Self.distance($0, key) <= 3 ? $0 : nil }
            let expected = close.map { "\"\($0)\"" } ?? "one of \(known.sorted().joined(separator: ", "))"
            refuse(key, "is not a known key", expected: expected)
        }
    }

    /// A value in a fault line: bounded, quoted when it is text.
    static func shown(_ value: SettingValue) -> String {
        switch value {
        case .text(let text): "\"\(text.prefix(80))\""
        case .integer(let number): String(number)
        case .float(let number): String(number)
        case .flag(let flag): String(flag)
        case .date(let text): text
        case .list, .table: value.typeName
        }
    }

    /// Edit distance between two short names.
    private static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.utf8.prefix(64)), b = Array(b.utf8.prefix(64))
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
                diagonal = above
            }
        }
        return row[b.count]
    }
}

/// One value in force, as `martlet config show` prints it.
public struct ResolvedSetting: Hashable, Sendable {
    /// The key with its path, for example `limits.bundles_per_block` or `chain.reorg_depth`.
    public let key: String
    /// The value in force, as text. Secrets are never settings, so this may be printed.
    public let text: String
    public let origin: SettingOrigin
}

/// The values in force, in the order in which they were read.
final class Notebook {
    private(set) var settings: [ResolvedSetting] = []
    private let prefix: String

    init(prefix: String = "") {
        self.prefix = prefix
    }

    func note(_ key: String, _ text: String, _ origin: SettingOrigin) {
        settings.append(ResolvedSetting(key: prefix + key, text: text, origin: origin))
    }
}
