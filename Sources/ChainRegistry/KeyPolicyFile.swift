import EVMCodec
import EVMTypes
public import KeyVault

/// A file of signing rules, TOML: one `[[key]]` a key, one `[[key.chain]]` a chain, one `[[key.chain.target]]` a
/// recipient.
///
/// What is not written is not allowed. Unknown keys, wrong checksums and repeated rows are refused, all faults at once.
public enum KeyPolicyFile {
    /// Longest file, in bytes.
    public static let bytesMax = 1 << 20

    /// Reads the rules of every key in the file at `path`.
    public static func load(_ path: String) throws(ChainRegistryError) -> [KeyPolicy] {
        let bytes = try ConfigFiles.bytes(path)
        return try parse(String(decoding: bytes, as: UTF8.self), source: path)
    }

    /// Reads the rules in `text`; `source` names it in faults.
    public static func parse(_ text: String, source: String) throws(ChainRegistryError) -> [KeyPolicy] {
        let table = try SettingTable(toml: text, origin: .configFile(source))
        let faults = FaultList()
        let top = TableReader(table, path: "", source: source, faults: faults, notebook: Notebook())
        var policies: [KeyPolicy] = []
        for row in top.rows("key") {
            guard let policy = key(row) else { continue }
            if policies.contains(where: { $0.address == policy.address }) {
                row.refuse("address", "is repeated", expected: "one [[key]] for each address")
            }
            policies.append(policy)
        }
        top.finish()
        try faults.check()
        return policies
    }

    private static func key(_ row: TableReader) -> KeyPolicy? {
        let address = row.address("address")
        let role = row.choice("role", standard: KeyRole.executor) ?? .executor
        let messages = row.boolean("messages", standard: false)
        let typed = row.rows("typed_data").compactMap { typedData($0) }
        var chains: [ChainPolicy] = []
        for inner in row.rows("chain") {
            guard let chain = chain(inner) else { continue }
            if chains.contains(where: { $0.chainID == chain.chainID }) {
                inner.refuse("chain_id", "is repeated", expected: "one [[key.chain]] for each chain")
            }
            chains.append(chain)
        }
        row.finish()
        guard let address else { return nil }
        return KeyPolicy(address: address, role: role, allowsMessages: messages, typedData: typed, chains: chains)
    }

    private static func typedData(_ row: TableReader) -> KeyPolicy.TypedDataRule? {
        let chainID = row.integer("chain_id", 1...UInt64(Int64.max), required: false)
        let contract = row.address("contract", required: false)
        let type = row.text("primary_type")
        row.finish()
        if chainID == nil, contract == nil {
            row.refuse("contract", "is missing, and chain_id too", expected: "at least one of them")
        }
        guard let type else { return nil }
        return .init(chainID: chainID, contract: contract, primaryType: type)
    }

    /// The words for transaction types in the file.
    enum KindWord: String, CaseIterable {
        case legacy
        case accessList = "access-list"
        case dynamicFee = "dynamic-fee"
        case blob
        case setCode = "set-code"

        var kind: Transaction.Kind {
            switch self {
            case .legacy: .legacy
            case .accessList: .accessList
            case .dynamicFee: .dynamicFee
            case .blob: .blob
            case .setCode: .setCode
            }
        }
    }

    private static func chain(_ row: TableReader) -> ChainPolicy? {
        let chainID = row.integer("chain_id", 1...UInt64(Int64.max))
        let routes: [SigningRoute] = row.choices("routes")
        let kinds: [KindWord] = row.table["types"] == nil ? [.dynamicFee] : row.choices("types")
        _ = row.raw("types")
        let fee = row.amount("fee_per_gas_max")
        let gas = row.integer("gas_limit_max", 21_000...UInt64(Int64.max))
        var chain = ChainPolicy(
            chainID: chainID ?? 0, routes: Set(routes), kinds: Set(kinds.map(\.kind)), targets: [],
            feePerGasWeiMax: fee ?? .zero, gasLimitMax: gas ?? 0)
        chain.valueWeiMax = row.amount("value_max", standard: .zero, required: false) ?? .zero
        chain.priorityFeeWeiMax = row.amount("priority_fee_max", required: false)
        chain.costWeiMax = row.amount("cost_max", required: false)
        chain.hour = window(row, "hour")
        chain.day = window(row, "day")
        chain.allowsCreation = row.boolean("create", standard: false)
        for text in row.texts("hours") {
            guard let hours = ChainPolicy.Hours(text) else {
                row.refuse("hours", "holds \"\(text.prefix(20))\"", expected: "times in UTC such as \"06:00-22:30\"")
                continue
            }
            chain.hours.append(hours)
        }
        chain.nonceGapMax = row.integer("nonce_gap_max", 0...1_000_000, standard: 16, required: false) ?? 16
        if let limit = row.integer("alternatives_max", 1...1_000_000_000, required: false) {
            chain.alternativesMax = Int(limit)
        }
        chain.delegates = addresses(row, "delegates")
        chain.auctions = addresses(row, "auctions")
        for inner in row.rows("target") {
            guard let target = target(inner) else { continue }
            if chain.targets.contains(where: { $0.address == target.address }) {
                inner.refuse("address", "is repeated", expected: "one [[key.chain.target]] for each recipient")
            }
            chain.targets.append(target)
        }
        row.finish()
        return chainID == nil ? nil : chain
    }

    private static func window(_ row: TableReader, _ span: String) -> ChainPolicy.Window {
        ChainPolicy.Window(
            valueWeiMax: row.amount("value_\(span)_max", required: false),
            costWeiMax: row.amount("cost_\(span)_max", required: false),
            transactionsMax: row.integer("transactions_\(span)_max", 0...1_000_000_000, required: false))
    }

    private static func addresses(_ row: TableReader, _ key: String) -> Set<Address> {
        var found: Set<Address> = []
        for text in row.texts(key) {
            guard let address = Address(hex: text), text.hasPrefix("0x") else {
                row.refuse(key, "holds \"\(text.prefix(50))\"", expected: "20-byte addresses")
                continue
            }
            found.insert(address)
        }
        return found
    }

    /// `selectors` absent allows any calldata; "" in it allows an empty one; "0xa9059cbb" and
    /// "transfer(address,uint256)"
    /// name functions.
    private static func target(_ row: TableReader) -> ChainPolicy.Target? {
        guard let address = row.address("address") else {
            _ = row.raw("selectors")
            _ = row.raw("value_max")
            row.finish()
            return nil
        }
        var target = ChainPolicy.Target(address)
        if row.table["selectors"] == nil {
            // "Unknown means no": any calldata must be asked for by name.
            row.refuse(
                "selectors", "is missing", expected: "functions, \"transfer\" for empty calldata, or [\"*\"] for any")
        }
        let words = row.texts("selectors")
        target.selectors = words.contains("*") ? nil : []
        for word in words where word != "*" {
            if word == "transfer" {
                target.allowsPlainTransfer = true
            } else if let selector = selector(word) {
                target.selectors?.insert(selector)
            } else {
                row.refuse(
                    "selectors", "holds \"\(word.prefix(60))\"",
                    expected: "0x and 8 digits, a signature such as run(uint256,bytes), \"transfer\" or \"*\"")
            }
        }
        target.valueWeiMax = row.amount("value_max", required: false)
        row.finish()
        return target
    }

    private static func selector(_ word: String) -> UInt32? {
        if word.hasPrefix("0x"), word.utf8.count == 10 { return UInt32(word.dropFirst(2), radix: 16) }
        guard word.hasSuffix(")"), let open = word.firstIndex(of: "("), open != word.startIndex, !word.contains(" ")
        else {
            return nil
        }
        return ChainPolicy.selector(ABI.selector(word))
    }
}
