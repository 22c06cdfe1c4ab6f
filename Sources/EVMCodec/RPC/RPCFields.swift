internal import EVMTypes

/// The members of RPC objects we read. The raw value is the slot in a scanner's table.
public enum RPCKey: UInt8, CaseIterable, Hashable, Sendable {
    // Shared.
    case hash, blockHash, blockNumber, transactionIndex
    // Transaction.
    case type, chainId, nonce, gas, gasLimit, to, value, input, data, gasPrice, maxFeePerGas, maxPriorityFeePerGas
    case accessList, maxFeePerBlobGas, blobVersionedHashes, authorizationList, v, yParity, r, s, from
    // Log.
    case address, topics, transactionHash, logIndex, removed
    // Header.
    case number, parentHash, timestamp, baseFeePerGas, gasUsed, miner, author, logsBloom, stateRoot

    /// The member's name on the wire.
    public var name: String { Self.names[Int(rawValue)] }

    /// The case names; formed once because that takes reflection.
    private static let names: [String] = allCases.map { String(describing: $0) }
}

/// Why an RPC object was refused: which member of which object, and what is wrong with it.
public struct RPCObjectError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of RPC object we decode.
    public enum Object: String, Hashable, Sendable { case transaction, log, header }
    /// What can be wrong with one.
    public enum Problem: Hashable, Sendable {
        /// The value is not a JSON object.
        case notAnObject
        /// The member is absent or null.
        case missing
        /// The member has another type, a bad digit or does not fit.
        case malformed
        /// Two members that must agree differ (`input` and `data`, `v` and `yParity`, `chainId` and `v`).
        case contradiction
        /// The transaction is of a type we do not know; the number is the type.
        case unsupportedType(UInt64)
        /// The members do not form a valid transaction.
        case invalid(TransactionError)
        /// The stated hash is not the hash of the members.
        case hashMismatch
    }
    /// The kind that was being decoded.
    public let object: Object
    /// The member at fault; nil for a fault of the whole.
    public let key: RPCKey?
    /// What is wrong.
    public let problem: Problem

    public init(_ object: Object, _ key: RPCKey?, _ problem: Problem) {
        self.object = object
        self.key = key
        self.problem = problem
    }
    /// One line for people.
    public var description: String { "RPC \(object.rawValue)\(key.map { ".\($0.name)" } ?? ""): \(problem)" }
}

/// One member's value, whatever holds its text. Each read gives nil when the value has another shape.
protocol RPCValue {
    var isNull: Bool { get }
    var bool: Bool? { get }
    var quantityU64: UInt64? { get }
    var quantityU256: U256? { get }
    var hexBytes: [UInt8]? { get }
    var address: Address? { get }
    var hash32: Hash32? { get }
    var hashes: [Hash32]? { get }
    var accessList: [AccessListEntry]? { get }
    var authorizations: [Authorization]? { get }
    /// True for the strings `""` and `"0x"`.
    var isEmptyHex: Bool { get }
}

/// The members of one RPC object: a parsed `JSONObject` or a scanner's table. Both feed the same decoders.
protocol RPCFields {
    associatedtype Value: RPCValue
    subscript(key: RPCKey) -> Value? { get }
}

/// Named reads with named errors over any field source.
struct RPCReader<Fields: RPCFields> {
    let fields: Fields
    let object: RPCObjectError.Object

    init(_ fields: Fields, _ object: RPCObjectError.Object) {
        self.fields = fields
        self.object = object
    }

    /// The member, nil when absent or null.
    func value(_ key: RPCKey) -> Fields.Value? {
        guard let value = fields[key], !value.isNull else { return nil }
        return value
    }

    /// A member that may be absent or null but must have the right shape when present.
    func optional<T>(_ key: RPCKey, _ read: (Fields.Value) -> T?) throws(RPCObjectError) -> T? {
        guard let value = value(key) else { return nil }
        guard let result = read(value) else { throw fault(key, .malformed) }
        return result
    }

    /// A member that must be present with the right shape.
    func required<T>(_ key: RPCKey, _ read: (Fields.Value) -> T?) throws(RPCObjectError) -> T {
        guard let result = try optional(key, read) else { throw fault(key, .missing) }
        return result
    }

    /// A member with two names: either may be missing, both must agree.
    func either<T: Equatable>(
        _ first: RPCKey, _ second: RPCKey, _ read: (Fields.Value) -> T?
    ) throws(RPCObjectError) -> T? {
        let a = try optional(first, read)
        let b = try optional(second, read)
        if let a, let b, a != b { throw fault(second, .contradiction) }
        return a ?? b
    }

    func fault(_ key: RPCKey?, _ problem: RPCObjectError.Problem) -> RPCObjectError {
        RPCObjectError(object, key, problem)
    }
}

extension JSONObject: RPCFields {
    subscript(key: RPCKey) -> JSON? { self[key.name] }
}

extension JSON: RPCValue {
    var isEmptyHex: Bool { self == .string("") || self == .string("0x") }

    var hashes: [Hash32]? { array?.mapAll(\.hash32) }

    var accessList: [AccessListEntry]? {
        array?.mapAll { entry in
            guard let address = entry["address"]?.address, let keys = entry["storageKeys"]?.hashes else { return nil }
            return AccessListEntry(address: address, storageKeys: keys)
        }
    }

    var authorizations: [Authorization]? {
        array?.mapAll { item in
            guard let chainID = item["chainId"]?.quantityU256, let address = item["address"]?.address,
                let nonce = item["nonce"]?.quantityU64, let parity = (item["yParity"] ?? item["v"])?.quantityU64,
                let yParity = UInt8(exactly: parity), let r = item["r"]?.quantityU256, let s = item["s"]?.quantityU256
            else { return nil }
            return Authorization(chainID: chainID, address: address, nonce: nonce, yParity: yParity, r: r, s: s)
        }
    }
}

extension Array {
    /// Every element transformed, or nil when one cannot be.
    func mapAll<T>(_ transform: (Element) -> T?) -> [T]? {
        var results: [T] = []
        results.reserveCapacity(count)
        for element in self {
            guard let result = transform(element) else { return nil }
            results.append(result)
        }
        return results
    }
}
