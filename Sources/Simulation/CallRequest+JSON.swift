public import EVMCodec
internal import EVMTypes

extension CallRequest {
    /// Reads the object. Members that it does not know are passed over, as geth does; faults have geth's texts.
    public init(_ json: JSON) throws(SimulationError) {
        guard json.object != nil else { throw .invalid("invalid argument 0: not a transaction object") }
        let fields = FieldReader(json, of: "TransactionArgs")
        from = try fields.address("from") ?? .zero
        to = try fields.address("to")
        gas = try fields.uint64("gas")
        gasPrice = try fields.u256("gasPrice")
        maxFeePerGas = try fields.u256("maxFeePerGas")
        maxPriorityFeePerGas = try fields.u256("maxPriorityFeePerGas")
        value = try fields.u256("value")
        nonce = try fields.uint64("nonce")
        let old = try fields.bytes("data"), new = try fields.bytes("input")
        if let old, let new, old != new {
            throw .refused(
                "both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass transaction call data")
        }
        data = new ?? old ?? []
        chainID = try fields.u256("chainId")
        maxFeePerBlobGas = try fields.u256("maxFeePerBlobGas")
        accessList = try fields.array("accessList").map { list throws(SimulationError) in try Self.accessList(list) }
        for element in try fields.array("blobVersionedHashes") ?? [] {
            guard let hash = element.hash32 else { throw .invalid("blobVersionedHashes: 32 bytes of hex each") }
            blobVersionedHashes.append(hash)
        }
        for element in try fields.array("authorizationList") ?? [] {
            authorizations.append(try Self.delegation(element))
        }
    }

    static func accessList(_ list: [JSON]) throws(SimulationError) -> [AccessListEntry] {
        var entries: [AccessListEntry] = []
        for element in list {
            guard let address = element["address"]?.address, let keys = element["storageKeys"]?.array ?? [] as [JSON]?
            else { throw .invalid("accessList: an entry has an address and storageKeys") }
            var entry = AccessListEntry(address: address, storageKeys: [])
            for key in keys {
                guard let hash = key.hash32 else { throw .invalid("accessList: a storage key is 32 bytes of hex") }
                entry.storageKeys.append(hash)
            }
            entries.append(entry)
        }
        return entries
    }

    private static func delegation(_ json: JSON) throws(SimulationError) -> Authorization {
        let fields = FieldReader(json, of: "SetCodeAuthorization")
        guard let chain = try fields.u256("chainId"), let address = try fields.address("address"),
            let nonce = try fields.uint64("nonce"), let parity = try fields.uint64("yParity"), parity <= 255,
            let r = try fields.u256("r"), let s = try fields.u256("s")
        else { throw .invalid("authorizationList: chainId, address, nonce, yParity, r and s are needed") }
        return Authorization(
            chainID: chain, address: address, nonce: nonce, yParity: UInt8(parity), r: r, s: s)
    }

    /// The object again, with what it names.
    public var json: JSON {
        var members: JSONObject = ["from": .address(from)]
        if let to { members["to"] = .address(to) }
        if let gas { members["gas"] = .quantity(gas) }
        if let gasPrice { members["gasPrice"] = .quantity(gasPrice) }
        if let maxFeePerGas { members["maxFeePerGas"] = .quantity(maxFeePerGas) }
        if let maxPriorityFeePerGas { members["maxPriorityFeePerGas"] = .quantity(maxPriorityFeePerGas) }
        if let value { members["value"] = .quantity(value) }
        if let nonce { members["nonce"] = .quantity(nonce) }
        if !data.isEmpty { members["data"] = .hex(data) }
        if let accessList { members["accessList"] = Self.json(accessList) }
        return .object(members)
    }

    /// An access list as RPC has it.
    public static func json(_ list: [AccessListEntry]) -> JSON {
        .array(list.map { ["address": .address($0.address), "storageKeys": .array($0.storageKeys.map { .hash($0) })] })
    }
}
