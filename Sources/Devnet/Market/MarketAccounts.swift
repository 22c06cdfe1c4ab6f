import EVMTypes

/// Who deploys, trades and searches. Keys are the numbers that ../shared/realchain uses, so the market's addresses are
/// the same on every devnet: deployer 1, traders 2 to 7, searcher 90, relay signer 91.
struct MarketAccounts: Sendable {
    var deployer: DevAccount
    var traders: [DevAccount]
    var searcher: DevAccount
    var relaySigner: DevAccount

    /// Wei in an ether.
    static let ether: U256 = 1_000_000_000_000_000_000
    /// Wei that each of them needs: the deployer wraps 200,000 ether.
    static let balance = 1_000_000 * ether

    /// Nil never: these numbers are secret keys.
    static var standard: MarketAccounts? {
        let traders = (2...7).compactMap { DevAccount(number: UInt64($0)) }
        guard let deployer = DevAccount(number: 1), let searcher = DevAccount(number: 90),
            let relay = DevAccount(number: 91), traders.count == 6
        else { return nil }
        return MarketAccounts(deployer: deployer, traders: traders, searcher: searcher, relaySigner: relay)
    }

    var all: [DevAccount] { [deployer] + traders + [searcher, relaySigner] }
}
