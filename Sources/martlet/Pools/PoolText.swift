import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import MarketSync
import Pools

/// One pool of a stored market, for people and for programs. Amounts are integers in the token's smallest unit.
struct PoolText {
    let market: MarketState
    let chain: Chain
    /// What is known of tokens' transfers.
    var findings: [Address: TokenFinding] = [:]

    /// The protocol's name in chain files.
    static func name(_ kind: PoolKind) -> String {
        switch kind {
        case .uniswapV2: "uniswap-v2"
        case .uniswapV3: "uniswap-v3"
        case .uniswapV4: "uniswap-v4"
        case .pancakeInfinityCL: "pancake-infinity-cl"
        case .slipstream: "slipstream"
        case .algebra: "algebra"
        case .algebraIntegral: "algebra-integral"
        case .solidly: "solidly"
        case .curveStable: "curve-stable"
        case .curveTricrypto: "curve-tricrypto"
        case .curveTwocrypto: "curve-twocrypto"
        case .balancerWeighted: "balancer-weighted"
        case .balancerStable: "balancer-stable"
        }
    }

    /// A token's symbol where the chain file lists it, else its address.
    func token(_ address: Address) -> String { chain.token(at: address)?.symbol ?? address.checksummed }

    private func described(_ token: Address) -> String {
        var words = [token.checksummed]
        if let symbol = chain.token(at: token)?.symbol { words.append(symbol) }
        if let finding = findings[token] { words.append("(\(finding))") }
        return words.joined(separator: " ")
    }

    func status(_ pool: PoolIndex) -> String {
        if let reason = market.quarantineReason(pool) { return "quarantined: \(reason)" }
        return market.isUsable(pool) ? "usable" : "without state"
    }

    func line(_ pool: PoolIndex) -> String {
        let identity = market.identity(pool), dex = market.dex(identity.dexID)?.name ?? "?"
        return "\(identity.address.checksummed)\t\(dex)\t\(token(identity.token0))\t\(token(identity.token1))\t"
            + "\(identity.feePips)\t\(status(pool))"
    }

    /// What `pools show` prints.
    func lines(_ pool: PoolIndex) -> [String] {
        let identity = market.identity(pool), cursor = market.cursor(of: pool)
        var lines = [
            "pool \(identity.address.checksummed)",
            "exchange \(market.dex(identity.dexID)?.name ?? "?") (\(Self.name(identity.kind)))",
            "token0 \(described(identity.token0))", "token1 \(described(identity.token1))",
            "fee \(identity.feePips) pips",
            "address \(market.isVerified(pool) ? "proven by CREATE2" : "not proven")",
            "status \(status(pool))",
            "last change block \(cursor.block)",
        ]
        switch market.pool(pool) {
        case .uniswapV2(let pair):
            lines += ["reserve0 \(pair.reserve0)", "reserve1 \(pair.reserve1)"]
        case .solidly(let pair):
            lines += ["reserve0 \(pair.reserve0)", "reserve1 \(pair.reserve1)", "curve \(pair.curve)"]
        case .coins:
            for (index, coin) in market.coins(of: pool).enumerated() {
                let balance = market.coinState(pool).map { "\($0.balances[index])" } ?? "not known"
                lines.append("balance of \(described(market.token(at: coin))) \(balance)")
            }
        case .uniswapV3, .uniswapV4, .algebra:
            guard let state = market.pool(pool).concentrated else { break }
            lines += [
                "sqrtPriceX96 \(state.sqrtPriceX96)", "tick \(state.tick)", "liquidity \(state.liquidity)",
                "tick spacing \(state.tickSpacing)", "initialised ticks \(market.tickRange(of: pool).count)",
            ]
        }
        return lines
    }

    /// Everything, with ticks when `ticks`: what `pools export --json` writes and `pools import` reads.
    func json(_ pool: PoolIndex, ticks: Bool) -> JSON {
        let identity = market.identity(pool), cursor = market.cursor(of: pool)
        var members: JSONObject = [
            "pool": .string(identity.address.hex), "dex": .string(market.dex(identity.dexID)?.name ?? "?"),
            "protocol": .string(Self.name(identity.kind)), "token0": .address(identity.token0),
            "token1": .address(identity.token1), "feePips": .integer(identity.feePips),
            "verified": .bool(market.isVerified(pool)), "usable": .bool(market.isUsable(pool)),
            "quarantine": market.quarantineReason(pool).map { .string("\($0)") } ?? .null,
            "block": .integer(cursor.block),
        ]
        for (key, token) in [("token0Finding", identity.token0), ("token1Finding", identity.token1)] {
            if let finding = findings[token] { members[key] = .string("\(finding)") }
        }
        switch market.pool(pool) {
        case .uniswapV2(let pair):
            members["reserve0"] = .string("\(pair.reserve0)")
            members["reserve1"] = .string("\(pair.reserve1)")
        case .solidly(let pair):
            members["reserve0"] = .string("\(pair.reserve0)")
            members["reserve1"] = .string("\(pair.reserve1)")
            members["curve"] = .string("\(pair.curve)")
        case .coins:
            members["coins"] = .array(market.coins(of: pool).map { .address(market.token(at: $0)) })
            if let balances = market.coinState(pool)?.balances {
                members["balances"] = .array((0..<balances.count).map { .string("\(balances[$0])") })
            }
        case .uniswapV3, .uniswapV4, .algebra:
            guard let state = market.pool(pool).concentrated else { break }
            members["tickSpacing"] = .integer(state.tickSpacing)
            members["sqrtPriceX96"] = .string("\(state.sqrtPriceX96)")
            members["tick"] = .integer(state.tick)
            members["liquidity"] = .string("\(state.liquidity)")
            if ticks {
                members["ticks"] = .array(
                    market.tickStates(of: pool).map {
                        [.integer($0.tick), .string("\($0.liquidityGross)"), .string("\($0.liquidityNet)")]
                    })
            }
        }
        return .object(members)
    }
}

/// Which pools a command is about.
struct PoolFilter {
    var tokens: [Address] = []
    var dex: String?
    var kind: PoolKind?
    var isQuarantined = false

    func indices(_ market: MarketState) -> [PoolIndex] {
        (0..<PoolIndex(market.poolCount)).filter { pool in
            let identity = market.identity(pool)
            return !market.isRemoved(pool)
                && tokens.allSatisfy { $0 == identity.token0 || $0 == identity.token1 }
                && (dex.map { $0 == market.dex(identity.dexID)?.name } ?? true)
                && (kind.map { $0 == identity.kind } ?? true)
                && (!isQuarantined || market.quarantineReason(pool) != nil)
        }
    }
}
