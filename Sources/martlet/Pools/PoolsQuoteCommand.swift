import ArgumentParser
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import PoolStore
import Pools

/// `martlet pools quote POOL`: what a swap gives or takes at the stored state.
struct PoolsQuoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quote", abstract: "Quote a swap on one stored pool, exact to the unit.",
        discussion: """
            Amounts are integers in the tokens' smallest units. Exit code 1 when the pool gives no quote; the reason \
            is said.
            """)

    @OptionGroup var options: PoolsOptions
    @Argument(help: "The pool's address.") var pool: String
    @Option(name: .customLong("token-in"), help: "The token that is paid: address, or symbol of the chain file.")
    var tokenIn: String
    @Option(name: .customLong("exact-in"), help: "Pay exactly this much.") var exactIn: String?
    @Option(name: .customLong("exact-out"), help: "Get exactly this much.") var exactOut: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard (exactIn == nil) != (exactOut == nil) else {
            throw ValidationError("give either --exact-in AMOUNT or --exact-out AMOUNT")
        }
    }

    func run() throws {
        let config = try options.load(), address = try PoolFilterOptions.address(pool, "pool")
        let paid = try PoolFilterOptions.token(tokenIn, config.chain)
        let text = exactIn ?? exactOut ?? ""
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let amount = UInt128(text) else {
            throw CLIFailure(
                code: .badUsage, message: "pools quote: \(PoolList.printable(text)) is not a whole number below 2^128")
        }
        let store = try PoolsOptions.openStore(config)
        let market = try PoolsOptions.market(store, config)
        guard let index = market.index(of: address) else {
            throw CLIFailure(code: .failed, message: "pools quote: \(address.checksummed) is not in \(store.folder)")
        }
        let identity = market.identity(index)
        guard paid == identity.token0 || paid == identity.token1 else {
            throw CLIFailure(
                code: .badUsage,
                message: "pools quote: the pool trades \(identity.token0.checksummed) and "
                    + "\(identity.token1.checksummed), not \(paid.checksummed)")
        }
        let zeroForOne = paid == identity.token0, got = zeroForOne ? identity.token1 : identity.token0
        let other: UInt128
        do throws(QuoteError) {
            other =
                exactIn != nil
                ? try market.quote(index, exactIn: amount, zeroForOne: zeroForOne)
                : try market.quote(index, exactOut: amount, zeroForOne: zeroForOne)
        } catch {
            let why = market.quarantineReason(index).map { "\($0)" } ?? "\(error)"
            throw CLIFailure(code: .failed, message: "pools quote: no quote: \(why)")
        }
        let (amountIn, amountOut) = exactIn != nil ? (amount, other) : (other, amount)
        let block = store.head?.number ?? 0
        if json {
            let answer: JSON = [
                "pool": .address(address), "tokenIn": .address(paid), "tokenOut": .address(got),
                "amountIn": .string("\(amountIn)"), "amountOut": .string("\(amountOut)"), "block": .integer(block),
            ]
            return Terminal.out(answer.text)
        }
        let names = PoolText(market: market, chain: config.chain)
        Terminal.out("\(amountIn) \(names.token(paid)) -> \(amountOut) \(names.token(got)) at block \(block)")
    }
}
