/// A table or value while a document is read; a class, since headers reopen tables by path. Local to one parse.
final class TOMLNode {
    /// How a table came to be, which decides what may still be added to it.
    enum Form {
        /// Named by its own header.
        case header
        /// Made in passing by a longer header; its own header may follow.
        case implicit
        /// Made by a dotted key; no header of its own may follow.
        case dotted
    }

    enum Content {
        case value(SettingValue)
        case table(Form)
        case rows([TOMLNode])
    }

    private(set) var content: Content
    let line: UInt32
    private(set) var keys: [String] = []
    private(set) var children: [String: TOMLNode] = [:]

    init(_ content: Content, line: UInt32) {
        self.content = content
        self.line = line
    }

    func put(_ key: String, _ node: TOMLNode) {
        keys.append(key)
        children[key] = node
    }

    private func make(_ key: String, _ form: Form, line: UInt32) -> TOMLNode {
        let node = TOMLNode(.table(form), line: line)
        put(key, node)
        return node
    }

    /// The table `key` on the way of a header: the last row when it is a list of tables; nil when it is a plain value.
    func descend(_ key: String, line: UInt32) -> TOMLNode? {
        guard let child = children[key] else { return make(key, .implicit, line: line) }
        switch child.content {
        case .table: return child
        case .rows(let rows): return rows.last
        case .value: return nil
        }
    }

    /// The table `key`, named by its own header; nil when that was done before or cannot be.
    func define(_ key: String, line: UInt32) -> TOMLNode? {
        guard let child = children[key] else { return make(key, .header, line: line) }
        guard case .table(.implicit) = child.content else { return nil }
        child.content = .table(.header)
        return child
    }

    /// A new row of the list of tables `key`; nil when `key` is something else.
    func addRow(_ key: String, line: UInt32) -> TOMLNode? {
        let row = TOMLNode(.table(.header), line: line)
        guard let child = children[key] else {
            put(key, TOMLNode(.rows([row]), line: line))
            return row
        }
        guard case .rows(let rows) = child.content else { return nil }
        child.content = .rows(rows + [row])
        return row
    }

    /// The table `key` on the way of a dotted key; nil when it was not made by dotted keys.
    func dotted(_ key: String, line: UInt32) -> TOMLNode? {
        guard let child = children[key] else { return make(key, .dotted, line: line) }
        if case .table(.dotted) = child.content { return child }
        return nil
    }

    func frozenTable(_ origin: SettingOrigin) -> SettingTable {
        var table = SettingTable()
        for key in keys { table[key] = children[key]?.frozen(origin) }
        return table
    }

    private func frozen(_ origin: SettingOrigin) -> Setting {
        let value: SettingValue
        switch content {
        case .value(let found): value = found
        case .table: value = .table(frozenTable(origin))
        case .rows(let rows): value = .list(rows.map { $0.frozen(origin) })
        }
        return Setting(value: value, origin: origin, line: line)
    }
}
