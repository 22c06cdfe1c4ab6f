import EVM
import EVMCodec
import EVMTypes

/// The transaction object of `eth_call`, `eth_estimateGas` and `eth_sendTransaction`.
struct CallRequest {
    var from: Address?
    var to: Address?
    var gas: UInt64?
    var gasPrice: U256?
    var maxFeePerGas: U256?
    var maxPriorityFeePerGas: U256?
    var value = U256.zero
    var data: [UInt8] = []
    var nonce: UInt64?
    var accessList: [AccessListEntry]?

    init(_ json: JSON) throws(DevnetError) {
        guard let object = json.object else { throw .params("invalid argument 0: a transaction object is expected") }
        func read<Value>(_ name: String, _ shape: (JSON) -> Value?) throws(DevnetError) -> Value? {
            guard let value = object[name], !value.isNull else { return nil }
            guard let result = shape(value) else {
                throw .params("invalid argument 0: \(name) cannot be \(value.text.prefix(80))")
            }
            return result
        }
        from = try read("from") { $0.address }
        to = try read("to") { $0.string == "0x" ? nil : $0.address }
        gas = try read("gas") { $0.quantityU64 }
        gasPrice = try read("gasPrice") { $0.quantityU256 }
        maxFeePerGas = try read("maxFeePerGas") { $0.quantityU256 }
        maxPriorityFeePerGas = try read("maxPriorityFeePerGas") { $0.quantityU256 }
        value = try read("value") { $0.quantityU256 } ?? .zero
        nonce = try read("nonce") { $0.quantityU64 }
        let input = try read("input") { $0.hexBytes }, data = try read("data") { $0.hexBytes }
        if let input, let data, input != data {
            throw .params(
                #"both "data" and "input" are set and not equal. Please use "input" to pass transaction call data"#)
        }
        self.data = input ?? data ?? []
        if gasPrice != nil, maxFeePerGas != nil || maxPriorityFeePerGas != nil {
            throw DevnetError("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
        }
        accessList = try read("accessList", Self.entries)
        for name in ["blobs", "blobVersionedHashes", "authorizationList"] where object[name]?.isNull == false {
            throw DevnetError("\(name) is only supported in raw transactions")
        }
    }

    private static func entries(_ json: JSON) -> [AccessListEntry]? {
        guard let list = json.array else { return nil }
        var entries: [AccessListEntry] = []
        for item in list {
            guard let address = item["address"]?.address, let keys = (item["storageKeys"] ?? []).array else { return nil }
            let hashes = keys.compactMap(\.hash32)
            guard hashes.count == keys.count else { return nil }
            entries.append(AccessListEntry(address: address, storageKeys: hashes))
        }
        return entries
    }

    /// As a transaction with these fees and limits.
    func transaction(
        chainID: UInt64, nonce: UInt64, gas: UInt64, feeCap: U256, tipCap: U256
    ) -> Transaction {
        if gasPrice != nil {
            return Transaction(
                kind: accessList == nil ? .legacy : .accessList, chainID: chainID, nonce: nonce, gasLimit: gas,
                to: to, value: value, data: data, gasPrice: feeCap, accessList: accessList ?? [])
        }
        return Transaction(
            kind: .dynamicFee, chainID: chainID, nonce: nonce, gasLimit: gas, to: to, value: value, data: data,
            maxFeePerGas: feeCap, maxPriorityFeePerGas: tipCap, accessList: accessList ?? [])
    }
}
