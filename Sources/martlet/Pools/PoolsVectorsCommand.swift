import ArgumentParser
import EVMCodec
import EVMTypes
import Foundation
import PoolVectors

/// `martlet pools vectors PATH...`: answers every quote of files of recorded answers and compares.
struct PoolsVectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors",
        abstract: "Answers recorded quotes with our own models and compares, without tolerance.",
        discussion: """
            PATH is a file or a folder of files, plain or gzip: vectors of our own making, degenbot's golden files, \
            Kyber's vectors, Balancer V3 cases. A golden file needs the states of its pools: they are looked for in \
            fixtures/chain_data beside its golden folder, or where --states says. In a folder, files of other formats \
            are passed over; a file named on the command line must be of a known format.
            Exact: the same number, or no quote where the recorded call reverted. Unfillable: the recorded answer is a \
            partial amount; there is no quote, and the engine's partial amount is the same. Secondary: the answers of \
            another library, listed but no gate.
            Exit codes: 0 all gating rows exact, 1 a row differs or has no quote, or no row was found, 2 bad usage or \
            an unreadable file.
            """)

    @Argument(help: "Files or folders of recorded answers.")
    var paths: [String]

    @Option(help: "Folder of pool states that golden files refer to.")
    var states: String?

    @Flag(help: "Print one JSON object instead of lines.")
    var json = false

    /// How many files a folder may name, so that a wrong path ends with a message.
    static let fileLimit = 10_000

    func validate() throws {
        if paths.isEmpty { throw ValidationError("name at least one file or folder") }
    }

    func run() throws {
        var reports: [VectorReport] = []
        var passedOver: [String] = []
        var statesOf: [String: [JSON]] = [:]
        for (file, isNamed) in try files() {
            let bytes = try PoolList.contents(of: file)
            let folder = states ?? Self.stateFolder(of: file)
            if let folder, statesOf[folder] == nil { statesOf[folder] = try Self.read(statesIn: folder) }
            do {
                let known = folder.flatMap { statesOf[$0] } ?? []
                reports.append(try VectorFile.answer(name: file, bytes: bytes, states: known))
            } catch {
                let isOther = error.code == .unknownFormat || error.code == .notJSON
                guard !isNamed, isOther else {
                    let reason = isOther ? error.code.rawValue : error.description
                    throw CLIFailure(code: .badUsage, message: "\(file): \(reason)")
                }
                passedOver.append(file)
            }
        }
        if json {
            Terminal.out(Self.json(reports, passedOver).text)
        } else {
            for report in reports { Self.show(report) }
            if !passedOver.isEmpty { Terminal.out("passed over \(passedOver.count) files of other formats") }
        }
        let rows = reports.reduce(0) { $0 + $1.tallies.values.reduce(0) { $0 + $1.rows } }
        guard rows > 0 else { throw CLIFailure(code: .failed, message: "no recorded answer was found in these files") }
        let unclean = reports.filter { !$0.isClean }.map(\.file)
        guard unclean.isEmpty else {
            throw CLIFailure(code: .failed, message: "not all answers are exact: \(unclean.joined(separator: ", "))")
        }
    }

    // MARK: Files

    private func files() throws -> [(path: String, isNamed: Bool)] {
        var found: [(path: String, isNamed: Bool)] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw CLIFailure(code: .badUsage, message: "there is no file or folder \(path)")
            }
            if isFolder.boolValue {
                found += try Self.answerFiles(in: path).map { ($0, false) }
            } else {
                found.append((path, true))
            }
        }
        return found
    }

    private static func answerFiles(in folder: String) throws -> [String] {
        let suffixes = [".json", ".json.gz", ".jsonl", ".jsonl.gz"]
        var found: [String] = []
        let walker = FileManager.default.enumerator(atPath: folder)
        while let name = walker?.nextObject() as? String {
            guard suffixes.contains(where: name.hasSuffix) else { continue }
            found.append((folder as NSString).appendingPathComponent(name))
            guard found.count <= fileLimit else {
                throw CLIFailure(code: .badUsage, message: "\(folder) holds more than \(fileLimit) files; name fewer")
            }
        }
        return found.sorted()
    }

    /// `…/golden/…` has its states in `…/fixtures/chain_data`; nil when there is no such folder.
    private static func stateFolder(of file: String) -> String? {
        let parts = URL(fileURLWithPath: file).pathComponents
        guard let golden = parts.lastIndex(of: "golden") else { return nil }
        let root = NSString.path(withComponents: Array(parts[..<golden]))
        let folder = (root as NSString).appendingPathComponent("fixtures/chain_data")
        return FileManager.default.fileExists(atPath: folder) ? folder : nil
    }

    private static func read(statesIn folder: String) throws -> [JSON] {
        try answerFiles(in: folder).compactMap { try? JSON.parse(try PoolList.contents(of: $0)) }
    }

    // MARK: Output

    private static func show(_ report: VectorReport) {
        Terminal.out(report.file)
        for name in report.protocols {
            guard let tally = report.tallies[name] else { continue }
            let secondary = tally.isSecondary ? " (secondary: no gate)" : ""
            let unfillable = tally.unfillable > 0 ? ", \(tally.unfillable) unfillable" : ""
            Terminal.out(
                "  \(name): \(tally.exact) exact, \(tally.different) different, \(tally.noQuote) no quote\(unfillable)"
                    + secondary)
            for example in tally.examples {
                let recorded = example.expected?.description ?? "reverted"
                let ours = example.answer?.description ?? "no quote"
                Terminal.out("    \(example.row.prefix(200)): recorded \(recorded), ours \(ours)")
            }
        }
        for (name, rows) in report.refused.sorted(by: { $0.key < $1.key }) {
            Terminal.out("  \(name): refused, no exact model; \(rows) rows")
        }
    }

    private static func json(_ reports: [VectorReport], _ passedOver: [String]) -> JSON {
        let files = reports.map { report -> JSON in
            let protocols = report.protocols.compactMap { name in report.tallies[name].map { json(name, $0) } }
            let refused = report.refused.sorted { $0.key < $1.key }.map { name, rows -> JSON in
                ["name": .string(name), "rows": .integer(rows)]
            }
            return [
                "file": .string(report.file), "protocols": .array(protocols), "refused": .array(refused),
                "isClean": .bool(report.isClean),
            ]
        }
        return ["files": .array(files), "passedOver": .array(passedOver.map { .string($0) })]
    }

    private static func json(_ name: String, _ tally: VectorTally) -> JSON {
        let examples = tally.examples.map { example -> JSON in
            [
                "row": .string(example.row), "recorded": example.expected.map { .string($0.description) } ?? .null,
                "ours": example.answer.map { .string($0.description) } ?? .null,
            ]
        }
        return [
            "name": .string(name), "exact": .integer(tally.exact), "different": .integer(tally.different),
            "noQuote": .integer(tally.noQuote), "unfillable": .integer(tally.unfillable),
            "isSecondary": .bool(tally.isSecondary), "examples": .array(examples),
        ]
    }
}
