import EVM
import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

/// What the official block tests call a network, as a schedule.
enum BlockTestNetwork {
    /// The schedule of `network` with the blob parameters that the case's `config` names; nil for an unknown name.
    static func schedule(_ network: String, config: JSON?) -> ForkSchedule? {
        let chainID = config?["chainid"]?.quantityU64 ?? 1
        guard let range = network.range(of: "ToBPO") ?? network.range(of: "To"), network.hasSuffix("AtTime15k") else {
            return fork(network).map { .always($0, chainID: chainID, blobs: blobs(network, config)) }
        }
        let before = String(network[..<range.lowerBound])
        let after = String(network[range.lowerBound...].dropFirst(2).dropLast("AtTime15k".count))
        guard let first = fork(before), let second = fork(after) else { return nil }
        var schedule = ForkSchedule.always(first, chainID: chainID, blobs: blobs(before, config))
        schedule.rows.append(.init(after, second, .timestamp(15_000)))
        if let parameters = blobs(after, config) ?? ForkSchedule.standardBlobs(second) {
            schedule.blobRows.append(.init(15_000, parameters))
        }
        return schedule
    }

    private static func fork(_ name: String) -> Hardfork? {
        switch name {
        case "Frontier": .frontier
        case "Homestead": .homestead
        case "EIP150": .tangerineWhistle
        case "EIP158": .spuriousDragon
        case "Byzantium": .byzantium
        case "ConstantinopleFix": .petersburg
        case "Istanbul": .istanbul
        case "Berlin": .berlin
        case "London": .london
        case "Paris": .paris
        case "Shanghai": .shanghai
        case "Cancun": .cancun
        case "Prague": .prague
        case "Osaka", "BPO1", "BPO2", "BPO3", "BPO4": .osaka
        default: nil
        }
    }

    private static func blobs(_ network: String, _ config: JSON?) -> BlobParameters? {
        guard let row = config?["blobSchedule"]?[network], let target = row["target"]?.quantityU64,
            let max = row["max"]?.quantityU64, let fraction = row["baseFeeUpdateFraction"]?.quantityU64
        else { return nil }
        return BlobParameters(target: UInt32(target), max: UInt32(max), updateFraction: fraction)
    }
}

/// Reads a JSON file of vectors with our own strict parser.
func parsedJSON(_ url: URL) throws -> JSON { try JSON.parse(Array(try Data(contentsOf: url))) }

extension PinnedState {
    /// A whole state from the `pre` or `postState` object of a block test.
    init(alloc: JSON) throws {
        self.init(unknown: .absent)
        let accounts = try #require(alloc.object)
        for (name, json) in zip(accounts.keys, accounts.values) {
            let address = try #require(Address(hex: name))
            let code = setCode(try #require(json["code"]?.hexBytes))
            setAccount(
                address,
                AccountState(
                    nonce: try #require(json["nonce"]?.quantityU64),
                    balance: try #require(json["balance"]?.quantityU256),
                    codeHash: code))
            let slots = try #require(json["storage"]?.object)
            for (key, value) in zip(slots.keys, slots.values) {
                setStorage(address, try #require(U256(hex: key)), try #require(value.quantityU256))
            }
        }
    }
}
