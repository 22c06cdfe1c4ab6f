import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMTypes
import Foundation
import PoolStore
import Pools

/// `martlet pools export`: the stored market as a file for others.
struct PoolsExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write stored pools as CSV or JSON to stdout.",
        discussion: """
            CSV has a line a pool: pool, dex, protocol, token0, token1, fee (pips), tick_spacing, reserve0, reserve1, \
            sqrt_price_x96, tick, liquidity; what a protocol does not have is empty. `martlet scan` reads V2 lines. \
            JSON holds everything, ticks too: `martlet pools import` makes a store of it.
            """)

    @OptionGroup var options: PoolsOptions
    @OptionGroup var filter: PoolFilterOptions
    @Flag(help: "Write one JSON object.") var json = false

    static let header =
        "pool,dex,protocol,token0,token1,fee,tick_spacing,reserve0,reserve1,sqrt_price_x96,tick,liquidity"

    func run() throws {
        let config = try options.load(), filter = try filter.filter(config.chain)
        let store = try PoolsOptions.openStore(config)
        let market = try PoolsOptions.market(store, config)
        let pools = filter.indices(market), text = PoolText(market: market, chain: config.chain)
        guard !pools.isEmpty else { throw CLIFailure(code: .failed, message: "pools export: no pool fits") }
        if json {
            guard let head = store.head else { return }
            Terminal.out(
                "{\"chainId\":\(config.chain.chainID),\"block\":{\"number\":\(head.number),"
                    + "\"hash\":\"\(head.hash.hex)\","
                    + "\"parentHash\":\"\(head.parentHash.hex)\"},\"pools\":[")
            for (position, pool) in pools.enumerated() {
                Terminal.out(text.json(pool, ticks: true).text + (position + 1 < pools.count ? "," : ""))
            }
            return Terminal.out("]}")
        }
        Terminal.out(Self.header)
        for pool in pools { Terminal.out(Self.row(pool, market)) }
    }

    private static func row(_ pool: PoolIndex, _ market: MarketState) -> String {
        let identity = market.identity(pool)
        var fields = [
            identity.address.hex, market.dex(identity.dexID)?.name ?? "", PoolText.name(identity.kind),
            identity.token0.hex, identity.token1.hex, "\(identity.feePips)",
        ]
        switch market.pool(pool) {
        case .uniswapV2(let pair): fields += ["", "\(pair.reserve0)", "\(pair.reserve1)", "", "", ""]
        case .solidly(let pair): fields += ["", "\(pair.reserve0)", "\(pair.reserve1)", "", "", ""]
        case .coins: fields += Array(repeating: "", count: 6)
        case .uniswapV3, .uniswapV4, .algebra:
            guard let state = market.pool(pool).concentrated else { break }
            fields += [
                "\(state.tickSpacing)", "", "", "\(state.sqrtPriceX96)", "\(state.tick)", "\(state.liquidity)",
            ]
        }
        return fields.joined(separator: ",")
    }
}
