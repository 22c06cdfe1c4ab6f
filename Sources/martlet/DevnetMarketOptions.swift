import ArgumentParser
import Devnet
import EVMCodec
import EVMTypes
import Foundation

/// The options of `martlet devnet` that put a market on the chain.
struct DevnetMarketOptions: ParsableArguments {
    @Flag(help: "Deploy tokens, V2- and V3-shaped pools with price gaps, routers and flash lenders of our own.")
    var market = false

    @Option(
        help: """
            Random users trade on the market: RATE transactions a second, or N/block for N after every block. \
            Which ones follows from --seed.
            """)
    var traffic: String?

    @Option(help: "Write where the market stands to this file (JSON; see `martlet chains overlay`).")
    var deployment: String?

    /// How fast the users trade.
    enum Pace: Hashable, Sendable {
        case perSecond(Double)
        case perBlock(Int)
    }

    func validate() throws {
        if !market, traffic != nil || deployment != nil {
            throw ValidationError("--traffic and --deployment need --market")
        }
        _ = try pace()
    }

    /// What `--traffic` asks for; nil for no traffic.
    func pace() throws -> Pace? {
        guard let traffic else { return nil }
        let parts = traffic.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, parts[1] == "block", let count = Int(parts[0]), (0...1_000).contains(count) {
            return count == 0 ? nil : .perBlock(count)
        }
        if parts.count == 1, let rate = Double(traffic), rate.isFinite, (0...1_000).contains(rate) {
            return rate == 0 ? nil : .perSecond(rate)
        }
        throw ValidationError("--traffic is 0 to 1000 transactions a second, or N/block, not \(traffic)")
    }

    /// Deploys the market when it is wanted, and writes the file.
    func deploy(on chain: DevnetChain) async throws -> MarketDeployment? {
        guard market else { return nil }
        let found: MarketDeployment
        do throws(DevnetError) { found = try await Market.deploy(on: chain) } catch {
            throw CLIFailure(code: .failed, message: error.message)
        }
        if let deployment {
            do {
                try Data((found.json.text + "\n").utf8).write(to: URL(fileURLWithPath: deployment), options: .atomic)
            } catch {
                throw CLIFailure(
                    code: .failed, message: "--deployment \(deployment): \(error.localizedDescription)")
            }
        }
        return found
    }

    /// Starts the users; nil when there are none. Ends when the task is cancelled.
    func start(on chain: DevnetChain, _ deployment: MarketDeployment?, seed: UInt64) throws -> Task<Void, Never>? {
        guard let deployment, let pace = try pace() else { return nil }
        let users: MarketTraffic
        do throws(DevnetError) {
            users = try MarketTraffic(chain: chain, deployment: deployment, seed: seed)
        } catch { throw CLIFailure(code: .failed, message: error.message) }
        return Task {
            switch pace {
            case .perSecond(let rate): await users.run(rate: rate)
            case .perBlock(let count): await users.run(perBlock: count)
            }
        }
    }

    /// What the market is, for the user.
    func announce(_ deployment: MarketDeployment) {
        let tokens = deployment.tokens.map(\.symbol).joined(separator: ", ")
        Terminal.out(
            "market: \(deployment.pools.count) pools of \(tokens) on \(deployment.venues.count) V2 factories and a V3 "
                + "factory, block \(deployment.seedBlock); traders \(deployment.traders.count), searcher "
                + "\(deployment.searcher.hex) (key 90), relay signer \(deployment.relaySigner.hex) (key 91)")
    }
}
