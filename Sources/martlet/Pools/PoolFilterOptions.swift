import ArgumentParser
import ChainRegistry
import EVMCrypto
import EVMTypes
import Pools

/// Options that choose pools.
struct PoolFilterOptions: ParsableArguments {
    @Option(help: "Only pools of this token: address, or symbol of the chain file. May be given twice.")
    var token: [String] = []

    @Option(name: .customLong("protocol"), help: "Only pools of this protocol, for example uniswap-v3.")
    var kind: String?

    @Option(help: "Only pools of this exchange of the chain file.")
    var dex: String?

    @Flag(help: "Only pools that are set aside.")
    var quarantined = false

    func filter(_ chain: Chain) throws -> PoolFilter {
        var filter = PoolFilter(dex: dex, isQuarantined: quarantined)
        for text in token { filter.tokens.append(try Self.token(text, chain)) }
        if let kind {
            guard let found = PoolKind.allCases.first(where: { PoolText.name($0) == kind }) else {
                let known = PoolKind.allCases.map(PoolText.name).joined(separator: ", ")
                throw CLIFailure(code: .badUsage, message: "--protocol \(kind): known are \(known)")
            }
            filter.kind = found
        }
        if let dex, !chain.dexConfigs.contains(where: { $0.name == dex }) {
            let known = chain.dexConfigs.map(\.name).joined(separator: ", ")
            throw CLIFailure(code: .badUsage, message: "--dex \(dex): \(chain.name) has \(known)")
        }
        return filter
    }

    /// A token by address or by the chain file's symbol.
    static func token(_ text: String, _ chain: Chain) throws -> Address {
        if let listed = chain.tokens.first(where: { $0.symbol == text }) { return listed.address }
        return try address(text, "token")
    }

    /// An address; mixed case must have the right checksum.
    static func address(_ text: String, _ what: String) throws -> Address {
        guard let address = Address(hex: text), text.hasPrefix("0x") else {
            throw CLIFailure(
                code: .badUsage, message: "\(what) \(PoolList.printable(text)): no address, no known symbol")
        }
        let digits = text.dropFirst(2)
        let isMixed = digits.contains(where: \.isUppercase) && digits.contains(where: \.isLowercase)
        guard !isMixed || text == address.checksummed else {
            throw CLIFailure(
                code: .badUsage, message: "\(what) \(text): the checksum is wrong; it would be \(address.checksummed)")
        }
        return address
    }
}
