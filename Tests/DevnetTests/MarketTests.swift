import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import Pools
import Testing

@testable import Devnet

/// The market on a devnet: where it stands, that it stands there, and who trades on it.
@Suite struct MarketTests {
    static func chain(seed: UInt64 = 1) throws -> DevnetChain {
        var config = DevnetConfig()
        config.seed = seed
        config.mining = .manual
        Market.prepare(&config)
        return try DevnetChain(config)
    }

    @Test func standsWhereItIsSaidToStand() async throws {
        let chain = try Self.chain()
        let market = try await Market.deploy(on: chain)
        #expect(market.pools.count == 11)
        #expect(market.seedBlock == (await chain.head.number))
        var places = market.tokens.map(\.address) + market.venues.flatMap { [$0.factory, $0.router] }
        places += [market.v3Factory, market.positionManager, market.swapRouter, market.swapRouter02]
        places += [market.flashLender, market.flashVault] + market.pools.map(\.address)
        #expect(Set(places).count == places.count)
        for place in places { #expect(try await !chain.code(of: place).isEmpty, "\(place.hex)") }
    }

    /// The node's own identity check takes every pool.
    @Test func poolsHaveTheAddressesThatTheNodeDerives() async throws {
        let market = try await Market.deploy(on: try Self.chain())
        for pool in market.pools {
            let kind: PoolKind = pool.venue == nil ? .uniswapV3 : .uniswapV2
            let factory = pool.venue.map { market.venues[$0].factory } ?? market.v3Factory
            let dex = DexConfig(
                id: 1, name: "x", kind: kind, factory: factory, create2Sender: factory,
                initCodeHash: pool.venue == nil ? market.poolInitCodeHash : market.pairInitCodeHash,
                feePips: pool.venue == nil ? nil : pool.feePips, startBlock: 0)
            let a = market.tokens[pool.a].address, b = market.tokens[pool.b].address
            let identity = PoolIdentity(
                creating: min(a, b), max(a, b), feePips: pool.feePips, tickSpacing: pool.tickSpacing, on: dex)
            #expect(identity.address == pool.address)
            #expect(identity.fault(on: dex) == nil)
        }
    }

    @Test func isTheSameOnEveryDevnet() async throws {
        let one = try await Market.deploy(on: try Self.chain(seed: 1))
        let two = try await Market.deploy(on: try Self.chain(seed: 2))
        #expect(one == two)
        let known = try #require(one.json["v2"]?["A"]?["factory"]?.address)
        #expect(known == one.venues[0].factory)
        #expect(one.json["v3"]?["initCodeHash"]?.hash32 == one.poolInitCodeHash)
        // chains/devnet.toml says the same.
        let file = URL(filePath: #filePath).appending(path: "../../../chains/devnet.toml").standardized
        let rows = try String(contentsOf: file, encoding: .utf8)
        var addresses = one.tokens.map(\.address) + one.venues.flatMap { [$0.factory, $0.router] }
        addresses += [one.v3Factory, one.swapRouter, one.swapRouter02]
        for text in addresses.map(\.hex) + [one.pairInitCodeHash.hex, one.poolInitCodeHash.hex] {
            #expect(rows.contains(text), "chains/devnet.toml lacks \(text)")
        }
    }

    @Test func worksUnderInstantMining() async throws {
        var config = DevnetConfig()
        Market.prepare(&config)
        let chain = try DevnetChain(config)
        let market = try await Market.deploy(on: chain)
        #expect(market.pools.count == 11)
    }

    @Test func theSameSeedSendsTheSame() async throws {
        var heads: [Hash32] = [], counts: [MarketTraffic.Count] = []
        for seed: UInt64 in [5, 5, 6] {
            let chain = try Self.chain()
            let traffic = try MarketTraffic(chain: chain, deployment: try await Market.deploy(on: chain), seed: seed)
            for _ in 0..<10 {
                for _ in 0..<8 { await traffic.step() }
                try await chain.mine()
            }
            heads.append(await chain.head.hash)
            counts.append(await traffic.count)
        }
        #expect(heads[0] == heads[1])
        #expect(heads[0] != heads[2])
        #expect(counts[0] == counts[1])
        #expect(counts[0].sent + counts[0].refused >= 80)
    }

    /// Most of what the users send does what they want; every router, type and kind of action occurs.
    @Test func usersTradeOnEveryRouter() async throws {
        let chain = try Self.chain()
        let market = try await Market.deploy(on: chain)
        let traffic = try MarketTraffic(chain: chain, deployment: market, seed: 3)
        var mined: [MinedTransaction] = []
        for _ in 0..<40 {
            for _ in 0..<10 { await traffic.step() }
            mined += try await chain.mine().transactions
        }
        let count = await traffic.count
        #expect(count.refused == 0)
        #expect(count.sent == 400)
        #expect(count.replaced > 0)
        let good = mined.filter(\.succeeded)
        #expect(good.count * 100 >= mined.count * 80, "\(good.count) of \(mined.count)")
        let targets = Set(good.compactMap(\.pooled.transaction.to))
        for router in market.venues.map(\.router) + [market.swapRouter, market.swapRouter02, market.positionManager] {
            #expect(targets.contains(router), "\(router.hex)")
        }
        #expect(Set(good.map(\.pooled.transaction.kind)).count == 3)
        let topics = Set(good.flatMap { $0.receipt.logs.compactMap(\.topics.first) })
        for event in [
            "Sync(uint112,uint112)", "Swap(address,uint256,uint256,uint256,uint256,address)",
            "Swap(address,address,int256,int256,uint160,uint128,int24)",
            "Mint(address,address,int24,int24,uint128,uint256,uint256)",
        ] {
            #expect(topics.contains(ABI.topic(event)), "\(event)")
        }
    }
}
