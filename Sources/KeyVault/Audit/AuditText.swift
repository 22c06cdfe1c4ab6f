import EVMCodec
import EVMTypes

/// Writes the JSON text of an audit record straight into one buffer: the same bytes as `AuditRecord.json`, without the
/// object in between. Every signature waits for this text.
struct AuditText {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(768) }

    /// Plain text of the format itself: member names, brackets.
    mutating func put(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A JSON string; what is not plain letters, digits and dashes goes through the JSON writer.
    mutating func put(string: String) {
        let isPlain = string.utf8.allSatisfy { $0 == 0x2d || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) }
        guard isPlain else {
            bytes += JSON.string(string).bytes
            return
        }
        bytes.append(0x22)
        bytes.append(contentsOf: string.utf8)
        bytes.append(0x22)
    }

    /// A decimal number.
    mutating func put(_ number: UInt64) {
        guard number > 0 else { return bytes.append(0x30) }
        var rest = number
        let start = bytes.count
        while rest > 0 {
            bytes.append(0x30 + UInt8(rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }

    /// A quoted `0x` number of exactly `digits` digits.
    mutating func put(_ word: U256, digits: Int) {
        put("\"0x")
        for index in stride(from: digits - 1, through: 0, by: -1) {
            let half = index >= 32 ? word.hi : word.lo
            bytes.append(Hex.character(UInt8(truncatingIfNeeded: half >> UInt128((index & 31) * 4)) & 15))
        }
        bytes.append(0x22)
    }

    /// A quoted `0x` number without leading zeros.
    mutating func put(quantity word: U256) {
        let bits = word.hi == 0 ? 128 - word.lo.leadingZeroBitCount : 256 - word.hi.leadingZeroBitCount
        put(word, digits: max(1, (bits + 3) / 4))
    }
}

extension AuditRecord {
    /// The record as one JSON object without its hash: exactly the bytes that are hashed, and those of `json`.
    var body: [UInt8] {
        var text = AuditText()
        text.put("{\"n\":")
        text.put(sequence)
        text.put(",\"t\":")
        text.put(time)
        text.put(",\"key\":")
        text.put(key.word, digits: 40)
        text.put(",\"kind\":")
        text.put(string: kind)
        text.put(",\"digest\":")
        text.put(digest.word, digits: 64)
        text.put(",\"decision\":")
        text.put(string: decision)
        text.put(",\"reason\":")
        text.put(string: reason)
        if let transaction { put(transaction, &text) }
        text.put(",\"previous\":")
        text.put(previous.word, digits: 64)
        text.put("}")
        return text.bytes
    }

    private func put(_ transaction: Figures, _ text: inout AuditText) {
        text.put(",\"chain\":")
        text.put(transaction.chainID)
        text.put(",\"nonce\":")
        text.put(transaction.nonce)
        text.put(",\"route\":")
        text.put(string: transaction.route.rawValue)
        text.put(",\"to\":")
        if let to = transaction.to { text.put(to.word, digits: 40) } else { text.put("null") }
        text.put(",\"selector\":")
        if let selector = transaction.selector { text.put(UInt64(selector)) } else { text.put("null") }
        text.put(",\"value\":")
        text.put(quantity: transaction.value)
        text.put(",\"cost\":")
        text.put(quantity: transaction.cost)
        text.put(",\"fee\":")
        text.put(quantity: transaction.fee)
        text.put(",\"tip\":")
        text.put(quantity: transaction.tip)
    }

    /// The record's line with its hash and, with a key, its code; no line end.
    func line(_ hash: Hash32, mac: Hash32?) -> [UInt8] { AuditRecord.line(body, hash, mac: mac) }

    /// As `line(_:mac:)`, from a record's `body`.
    static func line(_ body: [UInt8], _ hash: Hash32, mac: Hash32?) -> [UInt8] {
        var text = AuditText(body.dropLast())
        text.put(",\"hash\":")
        text.put(hash.word, digits: 64)
        if let mac {
            text.put(",\"mac\":")
            text.put(mac.word, digits: 64)
        }
        text.put("}")
        return text.bytes
    }
}

extension AuditText {
    fileprivate init(_ start: ArraySlice<UInt8>) {
        self.init()
        bytes += start
    }
}
