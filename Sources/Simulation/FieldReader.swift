internal import EVMCodec
internal import EVMTypes

/// Reads the members of a parameter object, with geth's error texts. A member that is absent or null reads as nil.
struct FieldReader {
    private let json: JSON
    private let type: String

    init(_ json: JSON, of type: String) {
        self.json = json
        self.type = type
    }

    func uint64(_ name: String) throws(SimulationError) -> UInt64? {
        guard let word = try u256(name, as: "hexutil.Uint64", bitsMax: 64) else { return nil }
        return word.asUInt64
    }

    func u256(_ name: String) throws(SimulationError) -> U256? {
        try u256(name, as: "hexutil.Big", bitsMax: 256)
    }

    private func u256(_ name: String, as type: String, bitsMax: Int) throws(SimulationError) -> U256? {
        guard let text = try text(name, type) else { return nil }
        let digits = text.utf8.count - 2
        if digits == 0 { throw fault(name, type, "hex string \"0x\"") }
        if digits > 1, text.utf8.dropFirst(2).first == UInt8(ascii: "0") {
            throw fault(name, type, "hex number with leading zero digits")
        }
        if digits > bitsMax / 4 { throw fault(name, type, "hex number > \(bitsMax) bits") }
        guard let value = JSON.string(text).quantityU256 else { throw fault(name, type, "invalid hex string") }
        return value
    }

    func address(_ name: String) throws(SimulationError) -> Address? {
        guard let text = try text(name, "common.Address") else { return nil }
        if let address = JSON.string(text).address { return address }
        throw fault(name, "common.Address", lengthFault(text, 40, "common.Address"))
    }

    func hash(_ name: String) throws(SimulationError) -> Hash32? {
        guard let text = try text(name, "common.Hash") else { return nil }
        if let hash = JSON.string(text).hash32 { return hash }
        throw fault(name, "common.Hash", lengthFault(text, 64, "common.Hash"))
    }

    /// Under one name or an older one.
    func uint64(_ name: String, or older: String) throws(SimulationError) -> UInt64? {
        if let value = try uint64(name) { return value }
        return try uint64(older)
    }

    /// Under one name or an older one.
    func u256(_ name: String, or older: String) throws(SimulationError) -> U256? {
        if let value = try u256(name) { return value }
        return try u256(older)
    }

    /// Under one name or an older one.
    func address(_ name: String, or older: String) throws(SimulationError) -> Address? {
        if let value = try address(name) { return value }
        return try address(older)
    }

    /// Under one name or an older one.
    func hash(_ name: String, or older: String) throws(SimulationError) -> Hash32? {
        if let value = try hash(name) { return value }
        return try hash(older)
    }

    func bytes(_ name: String) throws(SimulationError) -> [UInt8]? {
        guard let text = try text(name, "hexutil.Bytes") else { return nil }
        if let bytes = JSON.string(text).hexBytes { return bytes }
        let isOdd = text.utf8.count % 2 == 1
        throw fault(name, "hexutil.Bytes", isOdd ? "hex string of odd length" : "invalid hex string")
    }

    func array(_ name: String) throws(SimulationError) -> [JSON]? {
        guard let value = json[name], !value.isNull else { return nil }
        guard let elements = value.array else { throw fault(name, "array", "non-array") }
        return elements
    }

    private func text(_ name: String, _ type: String) throws(SimulationError) -> String? {
        guard let value = json[name], !value.isNull else { return nil }
        guard let text = value.string else { throw fault(name, type, "non-string") }
        if text.isEmpty { throw fault(name, type, "empty hex string") }
        guard text.hasPrefix("0x") || text.hasPrefix("0X") else {
            throw fault(name, type, "hex string without 0x prefix")
        }
        return text.hasPrefix("0x") ? text : "0x" + text.dropFirst(2)
    }

    private func lengthFault(_ text: String, _ digits: Int, _ type: String) -> String {
        let have = text.utf8.count - 2
        if have % 2 == 1 { return "hex string of odd length" }
        return have == digits ? "invalid hex string" : "hex string has length \(have), want \(digits) for \(type)"
    }

    private func fault(_ name: String, _ type: String, _ what: String) -> SimulationError {
        .invalid("json: cannot unmarshal \(what) into Go struct field \(self.type).\(name) of type \(type)")
    }
}
