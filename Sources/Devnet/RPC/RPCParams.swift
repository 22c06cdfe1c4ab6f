import EVMCodec
import EVMTypes

/// Which block a client means. Source: execution-apis; EIP-1898.
enum BlockReference: Hashable {
    case latest, pending, earliest, safe, finalized
    case number(UInt64)
    case hash(Hash32)
}

/// The positional parameters of a call, read with geth's words when they are wrong.
struct RPCParams {
    let values: [JSON]
    /// Who signed the relay's header; nil elsewhere.
    var signer: Address?

    /// The parameter at a position; nil when it is not there or null.
    subscript(index: Int) -> JSON? {
        guard index < values.count, !values[index].isNull else { return nil }
        return values[index]
    }

    /// Refuses more parameters than the method has.
    func expect(atMost count: Int) throws(DevnetError) {
        guard values.count <= count else { throw .params("too many arguments, want at most \(count)") }
    }

    func required(_ index: Int) throws(DevnetError) -> JSON {
        guard let value = self[index] else { throw .params("missing value for required argument \(index)") }
        return value
    }

    func address(_ index: Int) throws(DevnetError) -> Address {
        guard let address = try required(index).address else { throw wrong(index, "20 bytes of hex") }
        return address
    }

    func hash(_ index: Int) throws(DevnetError) -> Hash32 {
        guard let hash = try required(index).hash32 else { throw wrong(index, "32 bytes of hex") }
        return hash
    }

    func bytes(_ index: Int) throws(DevnetError) -> [UInt8] {
        guard let bytes = try required(index).hexBytes else { throw wrong(index, "hex data") }
        return bytes
    }

    func string(_ index: Int) throws(DevnetError) -> String {
        guard let text = try required(index).string else { throw wrong(index, "a string") }
        return text
    }

    func flag(_ index: Int) throws(DevnetError) -> Bool {
        guard let value = self[index] else { return false }
        guard let flag = value.bool else { throw wrong(index, "true or false") }
        return flag
    }

    /// A hex quantity, or as development tools send it a number or a decimal string.
    func number(_ index: Int) throws(DevnetError) -> UInt64? {
        guard let value = self[index] else { return nil }
        guard let number = Self.number(value) else { throw wrong(index, "a number") }
        return number
    }

    static func number(_ value: JSON) -> UInt64? {
        value.quantityU64 ?? value.uint64 ?? value.string.flatMap { UInt64($0) }
    }

    func word(_ index: Int) throws(DevnetError) -> U256 {
        let value = try required(index)
        guard let word = value.quantityU256 ?? value.uint64.map({ U256($0) }) else { throw wrong(index, "a quantity") }
        return word
    }

    /// A storage slot: a quantity or 32 bytes.
    func slot(_ index: Int) throws(DevnetError) -> U256 {
        guard let word = try required(index).quantityU256 else { throw wrong(index, "a storage slot") }
        return word
    }

    /// The block at a position; latest when it is not given.
    func block(_ index: Int) throws(DevnetError) -> BlockReference {
        guard let value = self[index] else { return .latest }
        guard let reference = Self.block(value) else { throw wrong(index, "a block number, tag or hash") }
        return reference
    }

    static func block(_ value: JSON) -> BlockReference? {
        if let object = value.object {
            if let hash = object["blockHash"] { return hash.hash32.map { .hash($0) } }
            return object["blockNumber"].flatMap { block($0) }
        }
        switch value.string {
        case "latest": return .latest
        case "pending": return .pending
        case "earliest": return .earliest
        case "safe": return .safe
        case "finalized": return .finalized
        case let text? where text.utf8.count == 66: return value.hash32.map { .hash($0) }
        default: return value.quantityU64.map { .number($0) }
        }
    }

    /// The one object that the relay's methods take.
    func relayObject() throws(DevnetError) -> JSONObject {
        guard let object = try required(0).object else { throw wrong(0, "an object") }
        return object
    }

    /// "invalid argument N: ..."
    func wrong(_ index: Int, _ expected: String) -> DevnetError {
        let text = index < values.count ? String(values[index].text.prefix(80)) : "nothing"
        return .params("invalid argument \(index): \(text) is not \(expected)")
    }
}

extension DevnetChain {
    /// The block that is meant; nil when the chain does not have it.
    func block(_ reference: BlockReference) -> SealedBlock? {
        switch reference {
        case .latest, .pending: head
        case .earliest: block(0) ?? blocks.first
        case .safe: block(max(firstNumber, head.number - min(head.number, 1)))
        case .finalized: block(max(firstNumber, head.number - min(head.number, 2)))
        case .number(let number): block(number)
        case .hash(let hash): block(hash: hash)
        }
    }

    /// As `block`, with geth's words when there is none.
    func require(_ reference: BlockReference) throws(DevnetError) -> SealedBlock {
        if let block = block(reference) { return block }
        if case .hash = reference { throw DevnetError("header for hash not found") }
        throw DevnetError("header not found")
    }
}
