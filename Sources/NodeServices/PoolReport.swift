import EVMCodec
import EVMTypes
import History
import Pools

/// Pools, bundles and opportunities as JSON. 256-bit amounts are decimal strings.
enum PoolReport {
    static func json(_ pool: PoolIndex, _ market: MarketState, ticks: Bool) -> JSON {
        let identity = market.identity(pool)
        var object: JSONObject = [
            "address": .string(identity.address.hex), "dex": .string(market.dex(identity.dexID)?.name ?? "?"),
            "kind": .string("\(identity.kind)"), "token0": .address(identity.token0),
            "token1": .address(identity.token1),
            "feePips": .integer(identity.feePips), "usable": .bool(market.isUsable(pool)),
            "quarantine": market.quarantineReason(pool).map { .string("\($0)") } ?? .null,
        ]
        switch market.pool(pool) {
        case .uniswapV2(let pair):
            object["state"] = ["reserve0": .string("\(pair.reserve0)"), "reserve1": .string("\(pair.reserve1)")]
        case .coins:
            object["coins"] = .array(market.coins(of: pool).map { .address(market.token(at: $0)) })
            if let balances = market.coinState(pool)?.balances {
                object["state"] = [
                    "balances": .array((0..<balances.count).map { .string("\(balances[$0])") })
                ]
            }
        case .solidly(let pair):
            object["state"] = [
                "reserve0": .string("\(pair.reserve0)"), "reserve1": .string("\(pair.reserve1)"),
                "curve": .string("\(pair.curve)"), "fee0": .integer(pair.fee0), "fee1": .integer(pair.fee1),
                "feeDenominator": .integer(pair.feeDenominator),
            ]
        case .uniswapV3, .uniswapV4, .algebra:
            guard let concentrated = market.pool(pool).concentrated else { break }
            object["tickSpacing"] = .integer(identity.tickSpacing)
            var state: JSONObject = [
                "sqrtPriceX96": .string("\(concentrated.sqrtPriceX96)"), "tick": .integer(concentrated.tick),
                "liquidity": .string("\(concentrated.liquidity)"),
            ]
            for (name, zeroForOne) in [("feeZeroForOnePips", true), ("feeOneForZeroPips", false)] {
                state[name] = .integer(market.pool(pool).engine(zeroForOne: zeroForOne)?.feePips ?? 0)
            }
            if ticks { state["ticks"] = .object(tickTable(pool, market)) }
            object["state"] = .object(state)
        }
        return .object(object)
    }

    /// Tick -> [liquidityGross, liquidityNet].
    private static func tickTable(_ pool: PoolIndex, _ market: MarketState) -> JSONObject {
        var table = JSONObject()
        for row in market.tickStates(of: pool) {
            table["\(row.tick)"] = [.string("\(row.liquidityGross)"), .string("\(row.liquidityNet)")]
        }
        return table
    }

    static func json(_ row: OpportunityRow) -> JSON {
        let opportunity = row.opportunity
        return [
            "id": .integer(row.id), "seenAt": .integer(opportunity.seenAt), "head": .integer(opportunity.headNumber),
            "target": opportunity.target.map { .hash($0) } ?? .null,
            "settlementToken": .address(opportunity.settlementToken), "amountIn": .string("\(opportunity.amountIn)"),
            "grossProfit": .string("\(opportunity.grossProfit)"),
            "pools": .array(opportunity.pools.map { .address($0) }),
            "verdict": row.decision.map { .string($0.verdict.rawValue) } ?? .null,
            "reason": row.decision.map { .string($0.reason) } ?? .null,
            "predictedNetWei": row.decision.map { .string("\($0.netProfit)") } ?? .null,
        ]
    }
}

extension BundleRecord {
    /// The record for `bundles_list` and the view.
    var json: JSON {
        [
            "transaction": .hash(transaction), "bundleHash": .hash(bundleHash), "state": .string(state.rawValue),
            "reason": .string(reason), "targetBlock": .integer(targetBlock),
            "targetTransaction": target.map { .hash($0) } ?? .null, "legs": .integer(legs), "nonce": .integer(nonce),
            "relays": .array(relays.map { .string($0) }), "predictedNetWei": .string("\(predictedNet)"),
            "block": block.map { .integer($0.number) } ?? .null,
            "growthWei": growth.map { .string("\($0)") } ?? .null, "tipWei": tip.map { .string("\($0)") } ?? .null,
            "gasPaidWei": gasPaid.map { .string("\($0)") } ?? .null, "netWei": net.map { .string("\($0)") } ?? .null,
        ]
    }
}
