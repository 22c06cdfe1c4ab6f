import EVMCodec
import EVMCrypto
import EVMTypes
public import KeyVault

extension KeyPolicyFile {
    /// The rules as a file that `parse` reads back to the same rules.
    public static func render(_ policies: [KeyPolicy]) -> String {
        var lines = ["# Signing rules (docs/CLI.md, martlet keys policy). What is not written is not allowed."]
        for policy in policies {
            lines += [
                "", "[[key]]", "address = \"\(policy.address.checksummed)\"", "role = \"\(policy.role.rawValue)\"",
            ]
            lines.append("messages = \(policy.allowsMessages)")
            for rule in policy.typedData {
                lines += ["", "[[key.typed_data]]"]
                if let chainID = rule.chainID { lines.append("chain_id = \(chainID)") }
                if let contract = rule.contract { lines.append("contract = \"\(contract.checksummed)\"") }
                lines.append("primary_type = \(TOMLText.quoted(rule.primaryType))")
            }
            for chain in policy.chains { lines += render(chain) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func render(_ chain: ChainPolicy) -> [String] {
        let kinds = KindWord.allCases.filter { chain.kinds.contains($0.kind) }.map(\.rawValue)
        var lines = [
            "", "[[key.chain]]", "chain_id = \(chain.chainID)",
            "routes = [\(list(SigningRoute.allCases.filter(chain.routes.contains).map(\.rawValue)))]",
            "types = [\(list(kinds))]", "fee_per_gas_max = \"\(chain.feePerGasWeiMax)\"",
            "gas_limit_max = \(chain.gasLimitMax)", "value_max = \"\(chain.valueWeiMax)\"",
        ]
        func amount(_ key: String, _ value: U256?) { if let value { lines.append("\(key) = \"\(value)\"") } }
        amount("priority_fee_max", chain.priorityFeeWeiMax)
        amount("cost_max", chain.costWeiMax)
        for (span, window) in [("hour", chain.hour), ("day", chain.day)] {
            amount("value_\(span)_max", window.valueWeiMax)
            amount("cost_\(span)_max", window.costWeiMax)
            if let limit = window.transactionsMax { lines.append("transactions_\(span)_max = \(limit)") }
        }
        if chain.allowsCreation { lines.append("create = true") }
        if !chain.hours.isEmpty { lines.append("hours = [\(list(chain.hours.map(\.description)))]") }
        lines.append("nonce_gap_max = \(chain.nonceGapMax)")
        if chain.alternativesMax != .max { lines.append("alternatives_max = \(chain.alternativesMax)") }
        for (key, set) in [("delegates", chain.delegates), ("auctions", chain.auctions)] where !set.isEmpty {
            lines.append("\(key) = [\(list(set.sorted().map(\.checksummed)))]")
        }
        for target in chain.targets {
            lines += ["", "[[key.chain.target]]", "address = \"\(target.address.checksummed)\""]
            var words = target.selectors.map { $0.sorted().map { "0x" + hex($0) } } ?? ["*"]
            if target.selectors != nil, target.allowsPlainTransfer { words.append("transfer") }
            lines.append("selectors = [\(list(words))]")
            amount("value_max", target.valueWeiMax)
        }
        return lines
    }

    private static func hex(_ selector: UInt32) -> String {
        let digits = String(selector, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private static func list(_ words: [String]) -> String { words.map { "\"\($0)\"" }.joined(separator: ", ") }
}
