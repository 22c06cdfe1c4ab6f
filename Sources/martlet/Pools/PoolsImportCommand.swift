import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMTypes
import Foundation
import MarketSync
import PoolStore
import Pools

/// `martlet pools import FILE`: a list of pools to sync, or a whole exported market.
struct PoolsImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take pools from a CSV list before a sync, or a whole market from an export.",
        discussion: """
            CSV (plain or gzip, with a header) needs the columns pool or pair, token0, token1, and fee (pips) for V3 \
            pools; others are passed over, and with a column chain only rows of this chain count. A list says which \
            pools there are, not their state: `martlet pools sync` reads that. A pool is taken only when CREATE2 on \
            one of the chain's exchanges gives its address.
            JSON is what `martlet pools export --json` wrote; it makes a whole store, at the block of the export. \
            Check it with `martlet pools verify`.
            Exit codes: 0 done, 1 no row is a pool of this chain, 2 not such a file, 3 the store is not empty.
            """)

    @OptionGroup var options: PoolsOptions
    @Argument(help: "The file.") var file: String
    @Option(help: "The list is complete up to this block: the sync looks for pools behind it only.")
    var through: UInt64?
    @Flag(help: "Print the counts as JSON.") var json = false

    func run() throws {
        let config = try options.load()
        let bytes = try PoolList.contents(of: file)
        let store = try PoolsOptions.openStore(config, creating: true)
        do {
            if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
                try importMarket(bytes, store, config.chain)
            } else {
                try importList(bytes, store, config.chain)
            }
            try store.close()
        } catch let failure as SyncError {
            throw CLIFailure(code: .badConfiguration, message: "import: \(failure)")
        } catch let failure as PoolStoreError {
            throw CLIFailure(code: .badConfiguration, message: "import: \(failure)")
        }
    }

    // MARK: Lists

    private func importList(_ bytes: [UInt8], _ store: PoolStore, _ chain: Chain) throws {
        let list = try PoolAddressList(bytes, name: file)
        var target = try PoolImport(store, dexes: chain.dexConfigs)
        var refused = 0, ofOthers = 0, first: String?
        for row in list.rows {
            if let name = row.chain, PoolAddressList.chainID(name) != chain.chainID {
                ofOthers += 1
                continue
            }
            do throws(PoolRefusal) { try target.add(row.pool) } catch {
                refused += 1
                if first == nil { first = "line \(row.line): \(row.pool.pool.hex): \(error)" }
            }
        }
        for bad in list.badRows.prefix(20) { Terminal.error("\(file): \(bad)") }
        guard target.added + target.known > 0 else {
            throw CLIFailure(
                code: .failed,
                message: "\(file): none of its \(list.rows.count) rows is a pool of \(chain.name)"
                    + (first.map { "; first \($0)" } ?? ""))
        }
        try target.finish(through: through)
        if json {
            let counts: JSON = [
                "added": .integer(target.added), "known": .integer(target.known), "refused": .integer(refused),
                "otherChains": .integer(ofOthers), "unreadable": .integer(list.badRows.count),
            ]
            return Terminal.out(counts.text)
        }
        Terminal.out(
            "\(target.added) pools added, \(target.known) known before, \(refused) of no exchange of \(chain.name), "
                + "\(ofOthers) of other chains, \(list.badRows.count) rows unreadable")
        if let first { Terminal.out("first refused: \(first)") }
    }

    // MARK: Markets

    private func importMarket(_ bytes: [UInt8], _ store: PoolStore, _ chain: Chain) throws {
        func bad(_ what: String) -> CLIFailure { CLIFailure(code: .badUsage, message: "\(file): \(what)") }
        let json: JSON
        do { json = try JSON.parse(bytes) } catch {
            throw bad("no JSON (\(error.code.rawValue) at byte \(error.offset))")
        }
        guard let chainID = json["chainId"]?.uint64, let pools = json["pools"]?.array,
            let number = json["block"]?["number"]?.uint64, let hash = json["block"]?["hash"]?.hash32,
            let parent = json["block"]?["parentHash"]?.hash32
        else { throw bad("no export of martlet pools: chainId, block and pools are wanted") }
        guard chainID == chain.chainID else {
            throw bad("is of chain \(chainID), \(chain.name) is \(chain.chainID)")
        }
        var market = MarketState(dexes: chain.dexConfigs)
        for (position, row) in pools.enumerated() {
            do throws(PoolRefusal) { try Self.add(row, to: &market, at: number) } catch {
                throw bad("pool \(position + 1), \(PoolList.printable(row["pool"]?.string ?? "?")): \(error)")
            }
        }
        try store.restore(&market, at: BlockRef(number: number, hash: hash, parentHash: parent))
        if self.json {
            let counts: JSON = ["added": .integer(pools.count), "block": .integer(number)]
            return Terminal.out(counts.text)
        }
        Terminal.out("\(pools.count) pools with their state at block \(number)")
    }

    private static func add(_ row: JSON, to market: inout MarketState, at block: UInt64) throws(PoolRefusal) {
        guard let address = row["pool"]?.address, let token0 = row["token0"]?.address,
            let token1 = row["token1"]?.address
        else { throw .valueOutOfRange }
        guard let dex = market.dexes.first(where: { $0.name == row["dex"]?.string }) else { throw .unknownDex }
        guard row["protocol"]?.string == PoolText.name(dex.kind) else { throw .wrongKind }
        let spacing = dex.kind == .uniswapV3 ? try number(row["tickSpacing"], Int32.self) : 0
        let pool = try market.addPool(
            PoolIdentity(
                address: address, token0: token0, token1: token1, dexID: dex.id, kind: dex.kind,
                feePips: try number(row["feePips"], UInt32.self), tickSpacing: spacing))
        if row["usable"]?.bool == true {
            try setState(row, pool, &market, at: try number(row["block"], UInt64.self))
        } else if let text = row["quarantine"]?.string {
            market.quarantine(pool, PoolRefusal.allCases.first { "\($0)" == text } ?? .stateMismatch)
        }
        guard market.cursor(of: pool).block <= block else { throw .valueOutOfRange }
    }

    private static func setState(
        _ row: JSON, _ pool: PoolIndex, _ market: inout MarketState, at block: UInt64
    ) throws(PoolRefusal) {
        let cursor = LogCursor(block: block, logIndex: .max)
        switch market.identity(pool).kind {
        case .uniswapV2:
            try market.setReserves(
                pool, reserve0: try number(row["reserve0"], UInt128.self),
                reserve1: try number(row["reserve1"], UInt128.self), at: cursor)
        case .uniswapV3:
            var ticks: [TickState] = []
            for tick in row["ticks"]?.array ?? [] {
                ticks.append(
                    TickState(
                        tick: try number(tick[0], Int32.self), liquidityNet: try number(tick[2], Int128.self),
                        liquidityGross: try number(tick[1], UInt128.self)))
            }
            guard let text = row["sqrtPriceX96"]?.string, let price = U256(decimal: text) else {
                throw .valueOutOfRange
            }
            try market.setConcentrated(
                pool, sqrtPriceX96: price, tick: try number(row["tick"], Int32.self),
                liquidity: try number(row["liquidity"], UInt128.self), ticks: ticks, at: cursor)
        default: throw .stateNeedsRead
        }
    }

    /// A number, or a decimal text for what a JSON number does not hold.
    private static func number<T: FixedWidthInteger>(_ json: JSON?, _ type: T.Type) throws(PoolRefusal) -> T {
        guard let text = json?.string ?? json?.numberText, let value = T(text) else { throw .valueOutOfRange }
        return value
    }
}
