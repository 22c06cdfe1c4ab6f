internal import EVMCrypto
internal import EVMTypes
internal import Pools

/// `[[dex]]` and `[[router]]` rows.
extension Chain {
    /// Reads the dexes; `id` is the row's place in the merged file, so that it is stable while rows are only appended.
    static func dexes(_ top: TableReader) -> [ChainDex] {
        var names = UniqueNames()
        var dexes: [ChainDex] = []
        for (index, row) in top.rows("dex").enumerated() {
            let enabled = row.boolean("enabled", standard: true)
            guard let dex = dex(row, id: UInt16(truncatingIfNeeded: index), names: &names) else { continue }
            if dexes.contains(where: { $0.config.factory == dex.config.factory }) {
                row.refuse("factory", "\(dex.config.factory) is listed twice", expected: "each factory once")
            }
            if enabled { dexes.append(dex) }
        }
        return dexes
    }

    private static func dex(_ row: TableReader, id: UInt16, names: inout UniqueNames) -> ChainDex? {
        let name = names.read(row)
        let kind: DexProtocol? = row.choice("protocol")
        let factory = row.address("factory")
        let sender = row.address("create2_sender", required: false)
        let hash = row.hash("init_code_hash")
        let feePips = row.integer("fee_pips", 0...999_999, required: kind == .uniswapV2)
        let startBlock = row.integer("start_block", 0...UInt64(Int64.max), standard: 0)
        let callback = row.text("flash_callback", required: false, expected: identifierExpected)
        let known = row.texts("known_pools", expected: knownExpected)
        row.finish()
        if kind == .uniswapV3, feePips != nil {
            row.refuse("fee_pips", "is given for a uniswap-v3 dex", expected: "no fee: each pool carries its own tier")
        }
        if let callback, !isIdentifier(callback) {
            row.refuse("flash_callback", "is \"\(callback)\"", expected: identifierExpected)
        }
        guard let name, let kind, let factory, let hash, let startBlock else { return nil }
        let config = DexConfig(
            id: id, name: name, kind: kind.poolKind, factory: factory, create2Sender: sender ?? factory,
            initCodeHash: hash,
            feePips: kind == .uniswapV2 ? feePips.map { UInt32($0) } : nil, startBlock: startBlock)
        return ChainDex(
            config: config, flashCallback: callback, knownPools: known.compactMap { knownPool($0, config, row) })
    }

    private static let knownExpected = "a list of texts \"POOL TOKEN0 TOKEN1\", for V3 pools with the fee behind them"

    /// One known pool, refused unless CREATE2 with the row's factory and hash gives its address: proof of the row.
    private static func knownPool(_ text: String, _ dex: DexConfig, _ row: TableReader) -> Address? {
        let parts = text.split(separator: " ")
        let addresses = parts.prefix(3).compactMap { part in
            Address(hex: part).flatMap { $0.checksummed == part ? $0 : nil }
        }
        let fee = parts.count == 4 ? UInt32(parts[3]) : dex.feePips
        guard addresses.count == 3, parts.count == (dex.kind == .uniswapV2 ? 3 : 4), let fee else {
            row.refuse("known_pools", "holds \"\(text.prefix(160))\"", expected: knownExpected + ", EIP-55 addresses")
            return nil
        }
        let identity = PoolIdentity(
            address: addresses[0], token0: min(addresses[1], addresses[2]), token1: max(addresses[1], addresses[2]),
            dexID: dex.id, kind: dex.kind, feePips: fee, tickSpacing: 0)
        let derived = identity.derivedAddress(on: dex)
        guard derived == addresses[0] else {
            row.refuse(
                "known_pools", "names \(parts[0]), but factory and init_code_hash give \(derived.checksummed)",
                expected: "the factory, create2_sender and init_code_hash that made this pool")
            return nil
        }
        return derived
    }

    private static let identifierExpected = "the name of a Solidity function, such as \"uniswapV2Call\""

    private static func isIdentifier(_ text: String) -> Bool {
        let letters = text.utf8.allSatisfy {
            (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || $0 == 95
        }
        return letters && text.utf8.count <= 64
    }

    /// Reads the routers. A router may name a dex that is switched off: its swaps through it are then not followed.
    static func routers(_ top: TableReader, dexes: [ChainDex]) -> [ChainRouter] {
        var names = UniqueNames()
        var routers: [ChainRouter] = []
        for row in top.rows("router") {
            let name = names.read(row)
            let kind: RouterKind? = row.choice("kind")
            let address = row.address("address")
            let v2 = dexID(row, "v2_dex", .uniswapV2, top: top, dexes: dexes)
            let v3 = dexID(row, "v3_dex", .uniswapV3, top: top, dexes: dexes)
            row.finish()
            guard let name, let kind, let address else { continue }
            if routers.contains(where: { $0.address == address }) {
                row.refuse("address", "\(address) is listed twice", expected: "each address once")
            }
            if row.table["v2_dex"] == nil, row.table["v3_dex"] == nil {
                row.refuse(
                    "v2_dex", "and v3_dex are both missing",
                    expected: "the [[dex]] whose pools this router trades through")
            }
            routers.append(ChainRouter(name: name, kind: kind, address: address, v2DexID: v2, v3DexID: v3))
        }
        return routers
    }

    private static func dexID(
        _ row: TableReader, _ key: String, _ kind: DexProtocol, top: TableReader, dexes: [ChainDex]
    ) -> UInt16? {
        guard let name = row.text(key, required: false, expected: "the name of a [[dex]] row") else { return nil }
        if let dex = dexes.first(where: { $0.name == name }) {
            if dex.config.kind == kind.poolKind { return dex.config.id }
            row.refuse(
                key, "names \"\(name)\", which is not \(kind.rawValue)",
                expected: "a [[dex]] of protocol \(kind.rawValue)")
        } else if !listsDex(name, top) {
            row.refuse(key, "names \"\(name)\", which no [[dex]] row has", expected: "the name of a [[dex]] row")
        }
        return nil
    }

    /// Whether any `[[dex]]` row, enabled or not, has this name.
    private static func listsDex(_ name: String, _ top: TableReader) -> Bool {
        guard case .list(let rows)? = top.table["dex"]?.value else { return false }
        return rows.contains {
            if case .table(let row) = $0.value { row["name"]?.value == .text(name) } else { false }
        }
    }
}

extension DexProtocol {
    /// The pool kind that quotes this protocol.
    var poolKind: PoolKind {
        switch self {
        case .uniswapV2: .uniswapV2
        case .uniswapV3: .uniswapV3
        }
    }
}
