internal import EVMCodec
public import EVMTypes

/// What a local deployment adds to a chain file: factories, routers, tokens and the accounts that were made for us.
public struct DevnetOverlay: Sendable {
    /// Chain keys to lay over the chain file.
    let table: SettingTable
    /// The account that the deployment gave to the searcher.
    public let searcher: Address?
    /// The account that the deployment gave to the relay signer.
    public let relaySigner: Address?

    /// The overlay as the text of a `[chain_overrides]` table, to be written into a `martlet.toml`.
    public var toml: String { TOMLText.render(table, under: "chain_overrides") }

    /// Turns a deployment description (the `deployment.json` of a local chain with Uniswap contracts) into chain
    /// overrides.
    ///
    /// Pure: reads nothing but `bytes`. `source` names them in fault lines; `relayURL` replaces the URL of the relay
    /// named `devnet`.
    /// Throws every fault at once. A V3 factory without `initCodeHash` is taken to deploy Uniswap's own pool bytecode.
    public static func from(
        deploymentJSON bytes: [UInt8], source: String = "deployment.json", relayURL: String? = nil
    ) throws(ChainRegistryError) -> DevnetOverlay {
        let json: JSON
        do {
            json = try JSON.parse(bytes)
        } catch {
            throw ChainRegistryError(.malformed, source: source, problem: "\(error)", expected: "a JSON object")
        }
        guard json.object != nil else {
            throw ChainRegistryError(
                .malformed, source: source, problem: "is not a JSON object", expected: "a JSON object")
        }
        var builder = DeploymentReader(origin: .deployment(source))
        builder.readTokens(json["tokens"])
        builder.readV2(json["v2"])
        builder.readV3(json["v3"], v2: json["v2"])
        builder.readChain(json, relayURL: relayURL)
        try builder.faults.check()
        return DevnetOverlay(
            table: builder.table, searcher: json["searcher"]?.address, relaySigner: json["relaySigner"]?.address)
    }
}

/// Builds the overlay's table from the JSON's parts.
private struct DeploymentReader {
    let origin: SettingOrigin
    let faults = FaultList()
    var table = SettingTable()
    private var dexes: [Setting] = []
    private var routers: [Setting] = []

    /// keccak256 of the creation code of Uniswap's V3 pool.
    /// Source: Uniswap/v3-periphery, contracts/libraries/PoolAddress.sol, POOL_INIT_CODE_HASH.
    private static let uniswapV3PoolHash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"

    init(origin: SettingOrigin) {
        self.origin = origin
    }

    private func setting(_ value: SettingValue) -> Setting { Setting(value: value, origin: origin) }
    private func text(_ text: String) -> Setting { setting(.text(text)) }

    private func row(_ entries: [(String, Setting?)]) -> Setting {
        var row = SettingTable()
        for (key, value) in entries { row[key] = value }
        return setting(.table(row))
    }

    /// The address at `key` of `json`, as text; its absence is a fault when `required`.
    private func address(_ json: JSON?, _ key: String, at place: String, required: Bool = true) -> Setting? {
        guard let value = json?[key] else {
            if required { faults.add(origin.description, "\(place).\(key)", "is missing", expected: "an address") }
            return nil
        }
        guard let address = value.address else {
            faults.add(
                origin.description, "\(place).\(key)", "is not an address", expected: "0x and 40 hexadecimal digits")
            return nil
        }
        return text(address.hex)
    }

    private func hash(_ json: JSON?, at place: String) -> Setting? {
        guard let hash = json?["initCodeHash"]?.hash32 else {
            faults.add(
                origin.description, "\(place).initCodeHash", "is missing or no hash",
                expected: "0x and 64 hexadecimal digits")
            return nil
        }
        return text(hash.hex)
    }

    mutating func readTokens(_ json: JSON?) {
        guard let tokens = json?.object else {
            faults.add(
                origin.description, "tokens", "is missing", expected: "an object of symbol to address and decimals")
            return
        }
        var rows: [Setting] = []
        for (symbol, token) in zip(tokens.keys, tokens.values) {
            let place = "tokens.\(symbol)"
            guard let decimals = token["decimals"]?.int, (0...36).contains(decimals) else {
                faults.add(
                    origin.description, "\(place).decimals", "is missing or no number",
                    expected: "an integer from 0 to 36")
                continue
            }
            let found = address(token, "address", at: place)
            rows.append(
                row([("symbol", text(symbol)), ("address", found), ("decimals", setting(.integer(Int64(decimals))))]))
            if symbol == "WETH", let found {
                table["wrapped_native"] = found
                table["settlement_tokens"] = setting(.list([text("WETH")]))
            }
        }
        table["token"] = setting(.list(rows))
    }

    mutating func readV2(_ json: JSON?) {
        guard let venues = json?.object else { return }
        for (venue, value) in zip(venues.keys, venues.values) {
            let place = "v2.\(venue)", name = "v2-\(venue.lowercased())"
            dexes.append(
                row([
                    ("name", text(name)), ("protocol", text(DexProtocol.uniswapV2.rawValue)),
                    ("factory", address(value, "factory", at: place)), ("init_code_hash", hash(value, at: place)),
                    ("fee_pips", setting(.integer(3000))), ("flash_callback", text("uniswapV2Call")),
                ]))
            addRouter(name, .uniswapV2, address(value, "router", at: place, required: false), v2: name, v3: nil)
        }
    }

    mutating func readV3(_ json: JSON?, v2: JSON?) {
        guard let json else { return }
        let hash = json["initCodeHash"] == nil ? text(Self.uniswapV3PoolHash) : hash(json, at: "v3")
        dexes.append(
            row([
                ("name", text("v3")), ("protocol", text(DexProtocol.uniswapV3.rawValue)),
                ("factory", address(json, "factory", at: "v3")), ("init_code_hash", hash),
                ("flash_callback", text("uniswapV3SwapCallback")),
            ]))
        addRouter("v3", .uniswapV3, address(json, "router", at: "v3", required: false), v2: nil, v3: "v3")
        // SwapRouter02 is built with the first V2 factory.
        let first = (v2?.object?.keys.min()).map { "v2-\($0.lowercased())" }
        addRouter(
            "v3-router02", .swapRouter02, address(json, "router02", at: "v3", required: false), v2: first, v3: "v3")
    }

    private mutating func addRouter(_ name: String, _ kind: RouterKind, _ address: Setting?, v2: String?, v3: String?) {
        guard let address else { return }
        routers.append(
            row([
                ("name", text(name)), ("kind", text(kind.rawValue)), ("address", address),
                ("v2_dex", v2.map(text)), ("v3_dex", v3.map(text)),
            ]))
    }

    mutating func readChain(_ json: JSON, relayURL: String?) {
        if let id = json["chainId"]?.int, id > 0 {
            table["chain_id"] = setting(.integer(Int64(id)))
        } else {
            faults.add(origin.description, "chainId", "is missing or no number", expected: "the chain id")
        }
        table["multicall"] = address(json, "multicall", at: "deployment", required: false)
        if dexes.isEmpty {
            faults.add(origin.description, "v2", "and v3 are both missing", expected: "at least one factory")
        }
        table["dex"] = setting(.list(dexes))
        if !routers.isEmpty { table["router"] = setting(.list(routers)) }
        if let relayURL { table["relay"] = setting(.list([row([("name", text("devnet")), ("url", text(relayURL))])])) }
    }
}
