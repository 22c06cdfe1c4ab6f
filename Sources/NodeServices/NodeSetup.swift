import Bundles
import ChainRegistry
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault
import NodeClient
import Paths
import Pools
import Relays
import RiskRules
import SearchCore

/// The parts of a node that configuration alone decides. Each failure is one line with its exit code.
enum NodeSetup {
    /// The endpoints as values; an environment variable that is not set is skipped, none at all is refused.
    static func endpoints(_ config: NodeConfig, environment: [String: String]) throws(NodeFailure) -> [EndpointConfig] {
        var found: [EndpointConfig] = [], unset: [String] = []
        for endpoint in config.endpoints {
            let text: String, name: String
            switch endpoint {
            case .url(let url): (text, name) = (url, url)
            case .environment(let variable):
                guard let value = environment[variable], !value.isEmpty else {
                    unset.append(variable)
                    continue
                }
                (text, name) = (value, "$\(variable)")
            }
            do {
                found.append(EndpointConfig(try EndpointURL(text), name: name))
            } catch {
                throw NodeFailure(.configuration, "endpoint \(name): \(error.message)")
            }
        }
        guard !found.isEmpty else {
            throw NodeFailure(
                .configuration,
                "no endpoint of \(config.chain.name): set \(unset.joined(separator: " or ")), or [node] endpoints")
        }
        return found
    }

    /// Opens a keystore with its password file.
    static func key(_ path: String, passwordFile: String?, role: String) throws(NodeFailure) -> PrivateKey {
        guard let passwordFile else {
            throw NodeFailure(.configuration, "[keys] \(role)_keystore is set but \(role)_password_file is not")
        }
        do {
            let password = try PasswordSource.file(passwordFile).read(label: "\(role) password")
            return try KeyFolder.open(file: path, password: password)
        } catch {
            throw NodeFailure(error.code == .wrongPassword ? .refused : .configuration, "\(role) key: \(error)")
        }
    }

    /// The searcher's signer: this chain, this executor, no value, the configured limits.
    static func signer(_ config: NodeConfig, executor: Address) throws(NodeFailure) -> (any Signer)? {
        if let row = SignerSetup.row(config.keys, role: .executor, chain: config.chain.name) {
            do { return try SignerSetup.open(row) } catch let error as KeyVaultError {
                throw NodeFailure(error.code == .wrongPassword ? .refused : .configuration, "executor key: \(error)")
            } catch {
                throw NodeFailure(.configuration, "executor key: \(error)")
            }
        }
        guard let path = config.keys.searcherKeystore else { return nil }
        let key = try key(path, passwordFile: config.keys.searcherPasswordFile, role: "searcher")
        let gasLimit = config.limits.gasLimitMax
        // `run` only: whoever controls this process cannot have the executor emptied by `withdraw`.
        let run = ChainPolicy.selector(ABI.selector("run(uint256,bytes)"))
        var chain = ChainPolicy(
            chainID: config.chain.chainID, routes: [.bundle],
            targets: [.init(executor, selectors: run.map { [$0] } ?? [])], feePerGasWeiMax: config.limits.gasPriceMax,
            gasLimitMax: gasLimit)
        chain.costWeiMax = config.limits.gasPriceMax.multiplied(by: U256(gasLimit))
        let policy = KeyPolicy(address: key.address, chains: [chain])
        do {
            return try LocalSigner(key: key, policy: policy)
        } catch {
            throw NodeFailure(.refused, "searcher key: \(error)")
        }
    }

    /// The relays of the chain that take Flashbots-style bundles, with the identity that signs their headers.
    static func relays(_ config: NodeConfig) throws(NodeFailure) -> [FlashbotsRelay] {
        var identity: RelayIdentity?
        if let row = SignerSetup.row(config.keys, role: .bundle, chain: config.chain.name) {
            let signer: any Signer
            do { signer = try SignerSetup.open(row) } catch {
                throw NodeFailure(.configuration, "bundle key: \(error)")
            }
            guard let blocking = signer as? any BlockingSigner else {
                throw NodeFailure(.configuration, "bundle key: its home must be keystore, process or pkcs11")
            }
            identity = RelayIdentity(address: blocking.address) { blocking.answer(.message($0)).signature }
        } else if let path = config.keys.relayKeystore {
            let key = try key(path, passwordFile: config.keys.relayPasswordFile, role: "relay")
            do {
                let signer = try LocalSigner(key: key, policy: .messagesOnly)
                identity = RelayIdentity(address: signer.address) { message in try? signer.signPersonalMessage(message)
                }
            } catch {
                throw NodeFailure(.refused, "relay key: \(error)")
            }
        }
        var relays: [FlashbotsRelay] = []
        for relay in config.chain.relays where relay.kind == .flashbots {
            do {
                if relay.signsRequests, identity == nil { continue }
                let endpoint = EndpointConfig(try EndpointURL(relay.url), name: relay.name, timeout: .seconds(5))
                relays.append(try FlashbotsRelay(endpoint, identity: relay.signsRequests ? identity : nil))
            } catch let error as RelayError {
                throw NodeFailure(.configuration, "relay \(relay.name): \(error)")
            } catch let error as NodeError {
                throw NodeFailure(.configuration, "relay \(relay.name): \(error.message)")
            } catch {
                throw NodeFailure(.configuration, "relay \(relay.name): \(error)")
            }
        }
        return relays
    }

    /// The core's fixed settings. Without executor or wrapped native token it only watches.
    static func search(_ config: NodeConfig) -> SearchConfig {
        let chain = config.chain, limits = config.limits
        let routers = RouterTable(
            chain.routers.map {
                RouterEntry(address: $0.address, kind: $0.kind.decoder, v2DexID: $0.v2DexID, v3DexID: $0.v3DexID)
            }, wrappedNative: chain.wrappedNative ?? .zero)
        var builder: BundleBuilder?
        if let executor = chain.executor, let wrapped = chain.wrappedNative {
            builder = BundleBuilder(
                context: ExecutorContext(
                    chainID: chain.chainID, executor: executor, wrappedNative: wrapped,
                    gasLimitMax: limits.gasLimitMax),
                policy: FeePolicy(
                    baseFeeRule: chain.feeModel.baseFeeRule, tipBps: UInt32(clamping: limits.tipShareBps),
                    priorityFeePerGas: chain.minimumPriorityFee,
                    validBlocks: UInt32(clamping: max(1, limits.targetBlocksAhead))))
        }
        var settlement = chain.settlementTokens
        if let wrapped = chain.wrappedNative {
            settlement.removeAll { $0 == wrapped }
            settlement.insert(wrapped, at: 0)
        }
        var search = SearchSettings()
        search.maxHops = Int(clamping: limits.hopsMax)
        search.maxPlans = 4
        return SearchConfig(
            chainID: chain.chainID, settlementTokens: settlement, routers: routers, builder: builder,
            limits: RiskLimits(
                netProfitMin: limits.netProfitMin, gasPriceMax: limits.gasPriceMax, gasLimitMax: limits.gasLimitMax,
                inputMax: limits.inputMax ?? .max,
                plansPerBlockMax: UInt32(clamping: limits.bundlesPerBlock),
                failuresInARowMax: UInt32(clamping: limits.failuresInARowMax), dailyLossMax: limits.dailyLossMax,
                cooldownBlocks: limits.cooldownBlocks, headAgeMaxMilliseconds: limits.headAgeMaxMilliseconds),
            search: search, blockSeconds: max(1, chain.blockTimeMilliseconds / 1_000))
    }
}

extension ChainRegistry.RouterKind {
    /// The decoder that reads this router's calldata.
    fileprivate var decoder: Pools.RouterKind {
        switch self {
        case .uniswapV2: .uniswapV2Router02
        case .uniswapV3: .uniswapV3SwapRouter
        case .swapRouter02: .swapRouter02
        case .universal: .universalRouter
        }
    }
}
