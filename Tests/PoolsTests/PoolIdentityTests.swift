import EVMCodec
import EVMTypes
import Foundation
import Pools
import TestSupport
import Testing

@Suite struct PoolIdentityTests {
    static let uniswapV2 = dex(
        1, .uniswapV2, "0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f", nil,
        "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f", 3000)
    static let uniswapV3 = dex(
        2, .uniswapV3, "0x1F98431c8aD98523631AE4a59f267346ea31F984", nil,
        "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54", nil)

    static func dex(
        _ id: UInt16, _ kind: PoolKind, _ factory: String, _ sender: String?, _ hash: String, _ fee: UInt32?
    ) -> DexConfig {
        let factory = Address(hex: factory) ?? .zero
        return DexConfig(
            id: id, name: "\(kind)", kind: kind, factory: factory,
            create2Sender: sender.flatMap { Address(hex: $0) } ?? factory, initCodeHash: Hash32(hex: hash) ?? .zero,
            feePips: fee, startBlock: 0)
    }

    /// The rows of a CSV without quoted fields, first row left out.
    private func rows(_ name: String) throws -> [[String]]? {
        guard let data = try SharedData.data("data/" + name) else { return nil }
        return data.split(separator: UInt8(ascii: "\n")).dropFirst().map { line in
            line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }

    private func matches(_ pool: String, _ token0: String, _ token1: String, fee: UInt32, _ dex: DexConfig) -> Bool {
        guard let address = Address(hex: pool), let token0 = Address(hex: token0), let token1 = Address(hex: token1)
        else { return false }
        let identity = PoolIdentity(
            address: address, token0: token0, token1: token1, dexID: dex.id, kind: dex.kind, feePips: fee,
            tickSpacing: dex.kind == .uniswapV3 ? 1 : 0)
        return identity.fault(on: dex) == nil
    }

    @Test func everyMainnetPairHasTheAddressOfItsTokens() throws {
        guard let pairs = try rows("graph/eth_uniswap_v2_pairs.csv.gz"),
            let older = try rows("graph/eth_uniswap_v2_reserves_2020.csv.gz")
        else { return }
        let matched = pairs.count { matches($0[0], $0[2], $0[3], fee: 3000, Self.uniswapV2) }
        // Symbols may hold commas in the older list, but never in its first three columns or token1's address.
        let older2 = older.count { row in
            guard let token1 = row.dropFirst(4).first(where: { $0.hasPrefix("0x") && $0.utf8.count == 42 }) else {
                return false
            }
            return matches(row[1], row[2], token1, fee: 3000, Self.uniswapV2)
        }
        print("CREATE2 Uniswap V2 mainnet: \(matched)/\(pairs.count) and \(older2)/\(older.count)")
        #expect(matched == 64_884 && older2 == 10_773 && pairs.count == matched && older.count == older2)
    }

    @Test func everyConcentratedPoolHasTheAddressOfItsTokensAndFee() throws {
        guard let mainnet = try rows("graph/eth_uniswap_v3_pools.csv.gz"),
            let arbitrum = try rows("graph/arbitrum_uniswap_v3_pools.csv.gz"),
            let bsc = try rows("graph/bsc_v3_pools.csv.gz")
        else { return }
        let onMainnet = mainnet.count { matches($0[0], $0[2], $0[3], fee: UInt32($0[4]) ?? 0, Self.uniswapV3) }
        let onArbitrum = arbitrum.count { matches($0[0], $0[1], $0[2], fee: UInt32($0[3]) ?? 0, Self.uniswapV3) }
        let uniswap = Self.dex(
            3, .uniswapV3, "0xdB1d10011AD0Ff90774D0C6Bb92e5C5c8b4461F7", nil, Self.uniswapV3.initCodeHash.hex, nil)
        let pancake = Self.dex(
            4, .uniswapV3, "0x0BFbCF9fa4f9C56B0F40a671Ad40E0805A091865", "0x41ff9AA7e16B8B1a8a8dc4f0eFacd93D02d071c9",
            "0x6ce8eb472fa82df5469c6ab6d485f17c3ad13c8cd7af59b3d4a8026c5ce0f7e2", nil)
        let onBSC = bsc.count {
            matches($0[0], $0[2], $0[5], fee: UInt32($0[8]) ?? 0, $0[1].hasPrefix("Pancake") ? pancake : uniswap)
        }
        print("CREATE2 V3: mainnet \(onMainnet), arbitrum \(onArbitrum), bsc \(onBSC)")
        #expect(onMainnet == 6_020 && onArbitrum == 6_896 && onBSC == 129)
    }

    @Test func everyForkPairWithAKnownCodeHashHasItsAddress() throws {
        guard let pairs = try rows("graph/v2_fork_pairs_multichain.csv.gz"),
            let factories = try rows("graph/v2_fork_factories.csv.gz"),
            let deployments = try rows("dex_deployments.csv")
        else { return }
        let chains = ["eth": "1", "bsc": "56", "matic": "137", "arbi": "42161"]
        var dexes: [String: DexConfig] = [:]
        for row in factories {
            guard let chain = chains[row[1]], let factory = Address(hex: row[4]),
                let known = deployments.first(where: {
                    $0[0] == chain && $0[1] == "univ2" && Address(hex: $0[3]) == factory && !$0[2].contains("WRONG")
                })
            else { continue }
            dexes[row[1] + "/" + row[0]] = Self.dex(9, .uniswapV2, row[4], nil, known[5], 3000)
        }
        var checked = 0, matched = 0
        for row in pairs {
            guard let dex = dexes[row[0] + "/" + row[1]] else { continue }
            checked += 1
            if matches(row[2], row[3], row[4], fee: 3000, dex) { matched += 1 }
        }
        print("CREATE2 V2 forks: \(matched)/\(checked) rows of \(dexes.count) exchanges")
        #expect(matched == checked && checked >= 13_067)
    }

    @Test func theFirstTwoHundredListHolds() throws {
        guard let data = try SharedData.data("data/degenbot/uniswap/v3/first_200_uniswap_v3_pools.json.gz") else {
            return
        }
        let list = try #require(try JSON.parse([UInt8](data)).array)
        let matched = list.count {
            matches(
                $0["pool_address"]?.string ?? "", $0["token0"]?.string ?? "", $0["token1"]?.string ?? "",
                fee: UInt32($0["fee"]?.int ?? 0), Self.uniswapV3)
        }
        #expect(matched == 200)
    }

    @Test func aPairThatItsFactoryCouldNotHaveMadeIsRefused() throws {
        let dex = Self.uniswapV2
        let usdc = try #require(Address(hex: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"))
        let weth = try #require(Address(hex: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"))
        var identity = PoolIdentity(creating: usdc, weth, feePips: 3000, tickSpacing: 0, on: dex)
        #expect(identity.address == Address(hex: "0xB4e16d0168e52d35CaCD2c6185b44281Ec28C9Dc"))
        #expect(identity.fault(on: dex) == nil)
        identity.feePips = 2500
        #expect(identity.fault(on: dex) == .wrongFee)
        identity.feePips = 3000
        identity.address = Address(high: 1, low: 2)
        #expect(identity.fault(on: dex) == .addressMismatch)
        (identity.token0, identity.token1) = (weth, usdc)
        #expect(identity.fault(on: dex) == .tokensNotSorted)
        #expect(identity.fault(on: Self.uniswapV3) != nil)
    }
}
