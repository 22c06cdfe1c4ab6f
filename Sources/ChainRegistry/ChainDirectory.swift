import Foundation

/// Finds chain files. Search order: `--chains-dir`, `$MARTLET_CHAINS`, `chains` in the current folder, `chains`
/// beside the
/// executable (or in `../share/martlet`), and last the copy built into the program.
public struct ChainDirectory: Sendable {
    /// The folders searched, in order; only those that exist are used.
    public let folders: [String]

    /// - Parameter explicit: `--chains-dir`; when given (or `$MARTLET_CHAINS` is set) no other folder is searched,
    ///   and the built-in copy is not used either.
    public init(
        explicit: String? = nil, environment: [String: String], currentFolder: String, executable: String? = nil
    ) {
        if let named = explicit ?? environment["MARTLET_CHAINS"].flatMap({ $0.isEmpty ? nil : $0 }) {
            folders = [named]
            isExplicit = true
            return
        }
        isExplicit = false
        let beside = executable.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent() }
        let candidates = [
            URL(fileURLWithPath: currentFolder).appendingPathComponent("chains"),
            beside?.appendingPathComponent("chains"),
            beside?.deletingLastPathComponent().appendingPathComponent("share/martlet/chains"),
        ]
        folders = candidates.compactMap { $0?.path }
    }

    private let isExplicit: Bool

    /// Names of all chains that can be loaded, sorted.
    public func names() -> [String] {
        var found = Set(isExplicit ? [] : Array(EmbeddedChains.files.keys))
        for folder in folders {
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            found.formUnion(files.filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) })
        }
        return found.sorted()
    }

    /// The text of a chain file and where it came from.
    ///
    /// Throws `.unknownChain` naming the known ones, or `.unreadable`.
    func source(of name: String) throws(ChainRegistryError) -> (text: String, origin: SettingOrigin) {
        guard TableReader.isName(name) else { throw unknown(name) }
        for folder in folders {
            let path = URL(fileURLWithPath: folder).appendingPathComponent("\(name).toml").path
            if FileManager.default.fileExists(atPath: path) {
                return (try ConfigFiles.text(path), .chainFile(path))
            }
        }
        if !isExplicit, let text = EmbeddedChains.files[name] { return (text, .chainFile("embedded \(name).toml")) }
        throw unknown(name)
    }

    /// Loads and validates one chain file, without any override.
    ///
    /// Throws every fault of the file at once.
    public func load(_ name: String) throws(ChainRegistryError) -> Chain {
        let (text, origin) = try source(of: name)
        return try Chain(toml: text, named: name, origin: origin)
    }

    private func unknown(_ name: String) -> ChainRegistryError {
        let place = folders.joined(separator: ", ") + (isExplicit ? "" : " and the built-in files")
        return ChainRegistryError(
            .unknownChain, source: place, problem: "no chain \"\(name.prefix(40))\"",
            expected: "one of \(names().joined(separator: ", "))")
    }
}

extension Chain {
    /// Validates the text of a chain file. `name` must be the file's name without `.toml`.
    public init(toml text: String, named name: String, origin: SettingOrigin) throws(ChainRegistryError) {
        let table = try SettingTable(toml: text, origin: origin)
        self = try Chain.validated(table, named: name, origin: origin, notebook: Notebook())
    }

    static func validated(
        _ table: SettingTable, named name: String, origin: SettingOrigin, notebook: Notebook
    ) throws(ChainRegistryError) -> Chain {
        let faults = FaultList()
        let reader = TableReader(table, path: "", source: origin.description, faults: faults, notebook: notebook)
        let chain = Chain(reading: reader)
        if let chain, chain.name != name {
            reader.refuse("name", "is \"\(chain.name)\"", expected: "the file's own name, \"\(name)\"")
        }
        try faults.check()
        guard let chain else { preconditionFailure("a chain without faults has every value") }
        return chain
    }
}

/// Reading of configuration files.
enum ConfigFiles {
    /// Largest configuration file that is read; anything bigger is a mistake.
    static let sizeMax = 1_048_576

    static func bytes(_ path: String) throws(ChainRegistryError) -> [UInt8] {
        let data: Data
        do {
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            guard size <= sizeMax else {
                throw ChainRegistryError(
                    .unreadable, source: path, problem: "has \(size) bytes", expected: "at most \(sizeMax)")
            }
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let error as ChainRegistryError {
            throw error
        } catch {
            let exists = FileManager.default.fileExists(atPath: path)
            let problem = exists ? "cannot be read" : "does not exist"
            throw ChainRegistryError(.unreadable, source: path, problem: problem, expected: "a readable file")
        }
        return [UInt8](data)
    }

    static func text(_ path: String) throws(ChainRegistryError) -> String {
        let bytes = try bytes(path)
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw ChainRegistryError(
                .malformed, source: path, problem: "is not UTF-8 text", expected: "UTF-8 without NUL")
        }
        return text
    }
}
