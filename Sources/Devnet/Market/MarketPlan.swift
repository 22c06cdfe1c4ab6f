import EVMTypes

/// What is deployed: tokens, pools, their sizes and how far their prices lie apart. Plain data.
struct MarketPlan: Sendable {
    /// A token and what it is taken to be worth when the pools are filled.
    struct Token: Hashable, Sendable {
        var symbol: String
        var name: String
        var decimals: Int
        /// Whole dollars a token.
        var dollars: UInt64
    }

    /// A pool on two tokens of the plan, by their place in it.
    struct PoolRow: Hashable, Sendable {
        enum Venue: Hashable, Sendable {
            /// Number of the V2 factory.
            case v2(Int)
            /// Fee in pips, tick spacing, half the width of the wide position in ticks.
            case v3(feePips: UInt32, spacing: Int32, halfWidth: Int32)
        }
        var venue: Venue
        var a: Int
        var b: Int
        /// Dollars on each side.
        var dollars: UInt64
        /// How much more of `b` lies in the pool than the prices say, in 1/10,000.
        var skew: Int64
    }

    var tokens: [Token]
    /// Names of the V2 factories.
    var venues: [String]
    /// Basis points of every swap, one a V2 factory.
    var venueFees: [UInt64]
    var pools: [PoolRow]
    /// Dollars of each token that each trader and lender gets, in order of `tokens`.
    var purse: [UInt64]

    /// Four tokens, seven pairs on two V2 factories and four V3 pools at three fees; WETH/USDC is 3 % dearer on one.
    ///
    /// The last token is dealt in whole tokens of 60,000 dollars, so purses are multiples of that.
    static let standard = MarketPlan(
        tokens: [
            Token(symbol: "WETH", name: "Wrapped Ether", decimals: 18, dollars: 2_500),
            Token(symbol: "USDC", name: "Devnet USD Coin", decimals: 6, dollars: 1),
            Token(symbol: "DAI", name: "Devnet Dai", decimals: 18, dollars: 1),
            Token(symbol: "WBTC", name: "Devnet Wrapped Bitcoin", decimals: 8, dollars: 60_000),
        ],
        venues: ["A", "B"], venueFees: [30, 30],
        pools: [
            PoolRow(venue: .v2(0), a: 0, b: 1, dollars: 20_000_000, skew: 0),
            PoolRow(venue: .v2(1), a: 0, b: 1, dollars: 8_000_000, skew: 300),
            PoolRow(venue: .v2(0), a: 0, b: 2, dollars: 10_000_000, skew: 0),
            PoolRow(venue: .v2(1), a: 0, b: 2, dollars: 4_000_000, skew: -150),
            PoolRow(venue: .v2(0), a: 1, b: 2, dollars: 10_000_000, skew: 0),
            PoolRow(venue: .v2(1), a: 3, b: 0, dollars: 12_000_000, skew: 300),
            PoolRow(venue: .v2(0), a: 3, b: 1, dollars: 6_000_000, skew: 0),
            PoolRow(
                venue: .v3(feePips: 500, spacing: 10, halfWidth: 1_823), a: 0, b: 1, dollars: 20_000_000, skew: -100),
            PoolRow(
                venue: .v3(feePips: 3_000, spacing: 60, halfWidth: 1_823), a: 0, b: 1, dollars: 10_000_000, skew: 75),
            PoolRow(venue: .v3(feePips: 100, spacing: 1, halfWidth: 100), a: 1, b: 2, dollars: 20_000_000, skew: 0),
            PoolRow(
                venue: .v3(feePips: 3_000, spacing: 60, halfWidth: 1_823), a: 3, b: 0, dollars: 10_000_000, skew: 0),
        ],
        purse: [5_000_000, 20_000_000, 20_000_000, 9_960_000])

    /// The smallest units of token `index` that are worth so many dollars.
    func amount(_ index: Int, dollars: U256) -> U256 {
        let token = tokens[index]
        let unit = U256(10).pow(U256(token.decimals))
        return U256.mulDiv(dollars, unit, U256(token.dollars)) ?? .zero
    }

    /// The amounts of a row's two tokens.
    func amounts(_ row: PoolRow) -> (a: U256, b: U256) {
        let b = amount(row.b, dollars: U256(row.dollars))
        return (
            amount(row.a, dollars: U256(row.dollars)),
            U256.mulDiv(b, U256(UInt64(10_000 + row.skew)), 10_000) ?? b
        )
    }
}
