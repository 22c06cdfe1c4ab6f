import EVMCodec
import EVMTypes

/// An unsigned transaction from JSON, as wallets and RPC write it. Unknown members are refused: what is signed is
/// shown.
enum TransactionFile {
    private static let members: Set = [
        "type", "chainId", "nonce", "gas", "gasLimit", "to", "from", "value", "data", "input", "gasPrice",
        "maxFeePerGas", "maxPriorityFeePerGas", "accessList", "maxFeePerBlobGas", "blobVersionedHashes",
        "authorizationList",
    ]

    static func read(_ json: JSON, _ file: String) throws(CLIFailure) -> Transaction {
        func wrong(_ what: String) -> CLIFailure { CLIFailure(code: .badUsage, message: "\(file): \(what)") }
        guard let object = json.object else { throw wrong("not a JSON object") }
        if let key = object.keys.first(where: { !members.contains($0) }) { throw wrong("unknown member \(key)") }
        func number(_ keys: String...) throws(CLIFailure) -> U256? {
            for key in keys {
                guard let value = json[key], !value.isNull else { continue }
                guard
                    let number = value.quantityU256 ?? (value.string ?? value.numberText).flatMap({ U256(decimal: $0) })
                else { throw wrong("\(key) is no whole number") }
                return number
            }
            return nil
        }
        func small(_ keys: String...) throws(CLIFailure) -> UInt64? {
            for key in keys {
                guard let value = try number(key) else { continue }
                guard let small = value.asUInt64 else { throw wrong("\(key) is too large") }
                return small
            }
            return nil
        }
        guard let chainID = try small("chainId") else { throw wrong("chainId is missing") }
        guard let nonce = try small("nonce") else { throw wrong("nonce is missing") }
        guard let gas = try small("gas", "gasLimit") else { throw wrong("gas is missing") }
        var to: Address?
        if let text = json["to"], !text.isNull {
            guard let address = text.address else { throw wrong("to is no address") }
            to = address
        }
        if let data = json["data"], let input = json["input"], data != input { throw wrong("data and input differ") }
        var data: [UInt8] = []
        if let text = json["data"] ?? json["input"], !text.isNull {
            guard let bytes = text.hexBytes else { throw wrong("data is no 0x text") }
            data = bytes
        }
        let value = try number("value") ?? .zero, gasPrice = try number("gasPrice") ?? .zero
        let fee = try number("maxFeePerGas") ?? .zero, tip = try number("maxPriorityFeePerGas") ?? .zero
        let blobFee = try number("maxFeePerBlobGas") ?? .zero
        var transaction = Transaction(
            kind: try kind(json, try small("type"), wrong), chainID: chainID, nonce: nonce, gasLimit: gas, to: to,
            value: value, data: data, gasPrice: gasPrice,
            maxFeePerGas: fee, maxPriorityFeePerGas: tip, maxFeePerBlobGas: blobFee)
        if transaction.kind.rawValue >= 2, json["maxFeePerGas"] == nil { throw wrong("maxFeePerGas is missing") }
        if transaction.kind.rawValue < 2, json["gasPrice"] == nil { throw wrong("gasPrice is missing") }
        transaction.accessList = try accessList(json["accessList"], wrong)
        transaction.blobVersionedHashes = try hashes(json["blobVersionedHashes"], "blobVersionedHashes", wrong)
        transaction.authorizations = try authorizations(json["authorizationList"], wrong)
        return transaction
    }

    private static func kind(
        _ json: JSON, _ stated: UInt64?, _ wrong: (String) -> CLIFailure
    ) throws(CLIFailure) -> Transaction.Kind {
        if let stated {
            guard let byte = UInt8(exactly: stated), let kind = Transaction.Kind(rawValue: byte) else {
                throw wrong("type \(stated) is not known")
            }
            return kind
        }
        if json["authorizationList"] != nil { return .setCode }
        if json["blobVersionedHashes"] != nil { return .blob }
        if json["maxFeePerGas"] != nil { return .dynamicFee }
        return json["accessList"] != nil ? .accessList : .legacy
    }

    private static func accessList(
        _ json: JSON?, _ wrong: (String) -> CLIFailure
    ) throws(CLIFailure) -> [AccessListEntry] {
        var list: [AccessListEntry] = []
        for entry in json?.array ?? [] {
            guard let address = entry["address"]?.address else { throw wrong("accessList: an entry without address") }
            list.append(
                AccessListEntry(
                    address: address, storageKeys: try hashes(entry["storageKeys"], "accessList.storageKeys", wrong)))
        }
        return list
    }

    private static func hashes(
        _ json: JSON?, _ name: String, _ wrong: (String) -> CLIFailure
    ) throws(CLIFailure) -> [Hash32] {
        var found: [Hash32] = []
        for text in json?.array ?? [] {
            guard let hash = text.hash32 else { throw wrong("\(name): not 32 bytes of 0x text") }
            found.append(hash)
        }
        return found
    }

    private static func authorizations(
        _ json: JSON?, _ wrong: (String) -> CLIFailure
    ) throws(CLIFailure) -> [Authorization] {
        var found: [Authorization] = []
        for entry in json?.array ?? [] {
            guard let chainID = entry["chainId"]?.quantityU256, let address = entry["address"]?.address,
                let nonce = entry["nonce"]?.quantityU64, let r = entry["r"]?.quantityU256,
                let s = entry["s"]?.quantityU256, let parity = (entry["yParity"] ?? entry["v"])?.quantityU64,
                parity <= 1
            else { throw wrong("authorizationList: an entry needs chainId, address, nonce, yParity, r, s as 0x text") }
            found.append(
                Authorization(
                    chainID: chainID, address: address, nonce: nonce, yParity: UInt8(parity), r: r, s: s))
        }
        return found
    }
}
