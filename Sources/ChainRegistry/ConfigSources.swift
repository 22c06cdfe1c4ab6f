import Foundation

/// Where the configuration of one run is read from.
public struct ConfigSources: Sendable {
    /// `--chain`
    public var chainName: String
    /// `--chains-dir`
    public var chainsFolder: String?
    /// `--config`
    public var configFile: String?
    /// `--deployment`: a JSON file that describes contracts deployed on a local chain.
    public var deploymentFile: String?
    /// Flags that set a key: the key's path (`node.log_level`) to its text.
    public var flags: [String: String]
    public var environment: [String: String]
    public var currentFolder: String
    public var executable: String?

    /// - Parameters:
    ///   - environment: nil takes the process's own.
    ///   - currentFolder: nil takes the process's own.
    ///   - executable: nil takes the running program's file.
    public init(
        chainName: String, chainsFolder: String? = nil, configFile: String? = nil, deploymentFile: String? = nil,
        flags: [String: String] = [:], environment: [String: String]? = nil, currentFolder: String? = nil,
        executable: String? = nil
    ) {
        self.chainName = chainName
        self.chainsFolder = chainsFolder
        self.configFile = configFile
        self.deploymentFile = deploymentFile
        self.flags = flags
        self.environment = environment ?? ProcessInfo.processInfo.environment
        self.currentFolder = currentFolder ?? FileManager.default.currentDirectoryPath
        self.executable = executable ?? (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    }

    /// The folders in which chain files are looked for.
    public var chainDirectory: ChainDirectory {
        ChainDirectory(
            explicit: chainsFolder, environment: environment, currentFolder: currentFolder, executable: executable)
    }
}

extension NodeConfig {
    /// Reads and validates everything; all faults of all sources are thrown together, one line each.
    ///
    /// Opens no key file and no connection. `MARTLET_NODE_LOG_LEVEL` sets `node.log_level`, and so on for every key
    /// of the sections below; lists are given as text with commas.
    public static func load(_ sources: ConfigSources) throws(ChainRegistryError) -> NodeConfig {
        let (chainText, chainOrigin) = try sources.chainDirectory.source(of: sources.chainName)
        var chainTable = try SettingTable(toml: chainText, origin: chainOrigin)
        if let path = sources.deploymentFile {
            let overlay = try DevnetOverlay.from(deploymentJSON: ConfigFiles.bytes(path), source: path)
            chainTable.merge(overlay.table)
        }
        var settings = SettingTable()
        var fileOrigin = SettingOrigin.standard
        if let path = sources.configFile {
            fileOrigin = .configFile(path)
            settings = try SettingTable(toml: ConfigFiles.text(path), origin: fileOrigin)
        }
        settings.layEnvironment(sources.environment)
        settings.layFlags(sources.flags)
        return try assemble(
            sources, chainTable: chainTable, chainOrigin: chainOrigin, settings: settings, fileOrigin: fileOrigin)
    }

    private static func assemble(
        _ sources: ConfigSources, chainTable: SettingTable, chainOrigin: SettingOrigin, settings: SettingTable,
        fileOrigin: SettingOrigin
    ) throws(ChainRegistryError) -> NodeConfig {
        let faults = FaultList(), notebook = Notebook(), chainNotes = Notebook(prefix: "chain.")
        let top = TableReader(settings, path: "", source: fileOrigin.description, faults: faults, notebook: notebook)
        let folder = sources.configFile.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        let reader = NodeConfigReader(
            top: top, chainName: sources.chainName, fileFolder: folder ?? sources.currentFolder,
            homeFolder: sources.environment["HOME"] ?? sources.currentFolder)
        var merged = chainTable
        // The overrides are checked as part of the chain, under the chain's own key names.
        if case .table(let overrides)? = top.section("chain_overrides").tableSetting { merged.merge(overrides) }
        if let executor = reader.executor() { merged["executor"] = executor }
        let chainReader = TableReader(
            merged, path: "", source: chainOrigin.description, faults: faults, notebook: chainNotes)
        let chain = Chain(reading: chainReader)
        if let chain, chain.name != sources.chainName {
            chainReader.refuse(
                "name", "is \"\(chain.name)\"", expected: "the file's own name, \"\(sources.chainName)\"")
        }
        let node = reader.node()
        let keys = reader.keys(),
            limits = reader.limits(
                gasCap: chain?.transactionGasLimitMax, blockTimeMilliseconds: chain?.blockTimeMilliseconds)
        let search = reader.search(), admin = reader.admin(dataFolder: node.dataFolder), history = reader.history()
        top.finish()
        try faults.check()
        guard let chain else { preconditionFailure("a chain without faults has every value") }
        return NodeConfig(
            chain: chain, node: node, keys: keys, limits: limits, search: search, admin: admin, history: history,
            settings: notebook.settings + chainNotes.settings)
    }
}

extension TableReader {
    /// This reader's table as a setting value.
    fileprivate var tableSetting: SettingValue? { .table(table) }
}

extension SettingTable {
    /// Sections whose keys may be set by environment variables and flags.
    static let sections = ["node", "keys", "executor", "limits", "admin", "history"]

    /// Lays `MARTLET_<SECTION>_<KEY>` variables on the table. Other `MARTLET_*` variables mean something else and
    /// are left alone.
    mutating func layEnvironment(_ environment: [String: String]) {
        for name in environment.keys.sorted() {
            guard let text = environment[name], let path = Self.path(ofVariable: name) else { continue }
            lay(section: path.section, key: path.key, Setting(value: .text(text), origin: .environment(name)))
        }
    }

    /// Lays flags, given by key path, on the table.
    mutating func layFlags(_ flags: [String: String]) {
        for path in flags.keys.sorted() {
            let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
            guard let text = flags[path], parts.count == 2 else { continue }
            let name = parts[1].replacingOccurrences(of: "_", with: "-")
            lay(section: parts[0], key: parts[1], Setting(value: .text(text), origin: .flag(name)))
        }
    }

    private static func path(ofVariable name: String) -> (section: String, key: String)? {
        guard name.hasPrefix("MARTLET_") else { return nil }
        let rest = name.dropFirst(8).lowercased()
        for section in sections where rest.hasPrefix(section + "_") {
            return (section, String(rest.dropFirst(section.count + 1)))
        }
        return nil
    }

    private mutating func lay(section: String, key: String, _ setting: Setting) {
        var table = SettingTable()
        table[key] = setting
        var layer = SettingTable()
        layer[section] = Setting(value: .table(table), origin: setting.origin)
        merge(layer)
    }
}
