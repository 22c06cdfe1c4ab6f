import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMTypes
import Foundation
import MarketSync
import Pools

/// `martlet chains check`: every row of the chain files, and CREATE2 over pools that are known.
struct ChainsCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate chain files and recompute the addresses of known pools.",
        discussion: """
            Every fault of a file is one line: EIP-55 checksums, ranges, names, and known_pools that CREATE2 with \
            their row does not give. Then lists of real pools are gone through (--lists, else ../shared/data/graph \
            where it is): an exchange that makes some pools of a list must make all of them.
            Exit codes: 0 all good, 1 a list has a pool that its exchange does not make, 3 a file has a fault.
            """)

    @OptionGroup var folder: ChainsCommand.Folder
    @Option(help: "Folder of CSV lists of pools, plain or gzip.") var lists: String?
    @Flag(help: "Print JSON.") var json = false
    @Argument(help: "Names; all when none is given.") var names: [String] = []

    func run() async throws {
        var faults: [String] = [], chains: [Chain] = []
        for name in names.isEmpty ? folder.directory.names() : names {
            do { chains.append(try folder.directory.load(name)) } catch { faults.append(error.description) }
        }
        if !faults.isEmpty { throw CLIFailure(code: .badConfiguration, message: faults.joined(separator: "\n")) }
        var check = PoolListCheck(chains)
        let folder = listFolder
        if let folder { try check.read(folder) }
        if json { Terminal.out(check.json(chains, folder: folder).text) } else { tell(check, chains, folder) }
        if !check.faults.isEmpty {
            throw CLIFailure(code: .failed, message: "chains check: " + check.faults.joined(separator: "\n"))
        }
    }

    private var listFolder: String? {
        if let lists { return lists }
        let shared = ProcessInfo.processInfo.environment["MARTLET_SHARED"] ?? "../shared"
        let path = shared + "/data/graph"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    private func tell(_ check: PoolListCheck, _ chains: [Chain], _ folder: String?) {
        for chain in chains {
            Terminal.out(
                "\(chain.name): \(chain.dexes.count) exchanges, \(chain.tokens.count) tokens, "
                    + "\(chain.routers.count) routers, \(chain.flashLenders.count) flash lenders, reorg depth "
                    + "\(chain.reorgDepth)")
            for dex in chain.dexes {
                let listed = check.count(chain, dex), known = dex.knownPools.count
                var proof = known == 0 && listed == 0 ? "no pool known: not proven here" : "\(known) known pools"
                if folder != nil, listed > 0 { proof += ", \(listed) pools of lists" }
                Terminal.out("  \(dex.name): \(proof)")
            }
        }
        let total = check.found.values.reduce(0, +)
        if let folder {
            Terminal.out("\(total) pools of lists in \(folder) have the address that CREATE2 gives")
            for row in check.unlisted.prefix(8) {
                Terminal.out("  not listed in a chain file: \(row.name), \(row.count) pools")
            }
        } else {
            Terminal.out("no lists of pools here: only known_pools of the chain files were recomputed")
        }
        Terminal.out("\(chains.count) chain files are valid: \(chains.map(\.name).joined(separator: ", "))")
    }
}

/// Goes through lists of pools and counts which exchange made each.
struct PoolListCheck {
    private let chains: [UInt64: Chain]
    /// Pools made, by chain id and exchange.
    private(set) var found: [Place: Int] = [:]
    /// Pools of no exchange, by the list's own name for it.
    private(set) var missed: [String: (count: Int, first: String)] = [:]
    /// The list's names for exchanges of which some pools were made by one of ours.
    private var matched: Set<String> = []
    private var badRows = 0

    struct Place: Hashable {
        var chainID: UInt64
        var dexID: UInt16
    }

    init(_ chains: [Chain]) {
        self.chains = Dictionary(chains.map { ($0.chainID, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func count(_ chain: Chain, _ dex: ChainDex) -> Int {
        found[Place(chainID: chain.chainID, dexID: dex.config.id)] ?? 0
    }

    /// Lists of which some pools are ours and others have another address.
    var faults: [String] {
        missed.filter { matched.contains($0.key) }.sorted { $0.key < $1.key }.map {
            "\($0.key): \($0.value.count) pools are made by none of the chain's exchanges, first \($0.value.first)"
        }
    }

    /// Exchanges of lists that no chain file has, most pools first.
    var unlisted: [(name: String, count: Int)] {
        missed.filter { !matched.contains($0.key) }.map { ($0.key, $0.value.count) }.sorted { $0.1 > $1.1 }
    }

    mutating func read(_ folder: String) throws {
        let files: [String]
        do { files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
            throw CLIFailure(code: .badUsage, message: "\(folder): \(error.localizedDescription)")
        }
        for file in files where file.hasSuffix(".csv") || file.hasSuffix(".csv.gz") {
            let bytes = try PoolList.contents(of: folder + "/" + file)
            // Files of other things (tokens, prices) have no such columns.
            guard let list = try? PoolAddressList(bytes, name: file) else { continue }
            let fileChain = file.split(separator: "_").first.flatMap { PoolAddressList.chainID(String($0)) }
            for row in list.rows { take(row, file, fileChain) }
        }
    }

    private mutating func take(_ row: PoolAddressList.Row, _ file: String, _ fileChain: UInt64?) {
        guard let chainID = row.chain.map({ PoolAddressList.chainID($0) }) ?? fileChain, let chain = chains[chainID]
        else { return }
        let name = "\(chain.name) \(row.dex ?? file)"
        if let identity = PoolImport.identity(of: row.pool, on: chain.dexConfigs) {
            matched.insert(name)
            found[Place(chainID: chainID, dexID: identity.dexID), default: 0] += 1
        } else {
            missed[name, default: (0, row.pool.pool.hex)].count += 1
        }
    }

    func json(_ chains: [Chain], folder: String?) -> JSON {
        [
            "lists": folder.map { .string($0) } ?? .null,
            "chains": .array(
                chains.map { chain in
                    [
                        "name": .string(chain.name), "tokens": .integer(chain.tokens.count),
                        "flashLenders": .integer(chain.flashLenders.count),
                        "dexes": .array(
                            chain.dexes.map {
                                [
                                    "name": .string($0.name), "knownPools": .integer($0.knownPools.count),
                                    "listedPools": .integer(count(chain, $0)),
                                ]
                            }),
                    ]
                }),
            "unlisted": .array(unlisted.map { ["name": .string($0.name), "pools": .integer($0.count)] }),
            "faults": .array(faults.map { .string($0) }),
        ]
    }
}
