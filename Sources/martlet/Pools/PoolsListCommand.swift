import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import MarketSync
import PoolStore
import Pools

/// `martlet pools list`
struct PoolsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List stored pools. Exit code 1 when none fits.",
        discussion: "Columns: address, exchange, token0, token1, fee in pips (1e-6), status.")

    @OptionGroup var options: PoolsOptions
    @OptionGroup var filter: PoolFilterOptions
    @Option(help: "List at most this many.") var limit: Int?
    @Flag(help: "Print one JSON array.") var json = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit takes 1 or more") }
    }

    func run() throws {
        let config = try options.load(), filter = try filter.filter(config.chain)
        let store = try PoolsOptions.openStore(config)
        let market = try PoolsOptions.market(store, config, needsHead: false)
        let found = filter.indices(market), text = PoolText(market: market, chain: config.chain)
        let shown = found.prefix(limit ?? found.count)
        if json {
            Terminal.out(JSON.array(shown.map { text.json($0, ticks: false) }).text)
        } else {
            for pool in shown { Terminal.out(text.line(pool)) }
            if shown.count < found.count { Terminal.error("martlet: \(found.count - shown.count) more are not shown") }
        }
        if store.head == nil { Terminal.error("martlet: the sync of this store is not finished") }
        guard !found.isEmpty else { throw CLIFailure(code: .failed, message: "pools list: no pool fits") }
    }
}

/// `martlet pools show POOL`
struct PoolsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one stored pool.")

    @OptionGroup var options: PoolsOptions
    @Argument(help: "The pool's address.") var pool: String
    @Flag(help: "Print JSON, with every initialised tick.") var json = false

    func run() throws {
        let config = try options.load(), address = try PoolFilterOptions.address(pool, "pool")
        let store = try PoolsOptions.openStore(config)
        let market = try PoolsOptions.market(store, config, needsHead: false)
        guard let index = market.index(of: address) else {
            throw CLIFailure(code: .failed, message: "pools show: \(address.checksummed) is not in \(store.folder)")
        }
        var text = PoolText(market: market, chain: config.chain)
        do { text.findings = try TokenFinding.all(in: store) } catch {
            throw CLIFailure(code: .badConfiguration, message: "\(error)")
        }
        if json { return Terminal.out(text.json(index, ticks: true).text) }
        text.lines(index).forEach(Terminal.out)
        if let head = store.head { Terminal.out("state of block \(head.number)") }
    }
}
