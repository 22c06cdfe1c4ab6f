internal import EVMTypes

/// Where the known members of one object lie in a frame.
struct FrameFields: RPCFields {
    private let frame: [UInt8]
    /// Start (upper half) and end (lower half) of each value, by `RPCKey.rawValue`; 0 means absent.
    private var spans = [UInt64](repeating: 0, count: RPCKey.allCases.count)

    init(frame: [UInt8]) { self.frame = frame }

    /// Notes a value; false when the member was there already.
    mutating func set(_ key: RPCKey, _ start: Int, _ end: Int) -> Bool {
        let slot = Int(key.rawValue)
        guard spans[slot] == 0 else { return false }
        spans[slot] = UInt64(start) << 32 | UInt64(end)
        return true
    }

    subscript(key: RPCKey) -> FrameValue? {
        let span = spans[Int(key.rawValue)]
        guard span != 0 else { return nil }
        return FrameValue(frame: frame, start: Int(span >> 32), end: Int(span & 0xFFFF_FFFF))
    }
}

/// One JSON value inside a frame, already known to be well formed; strings hold no escapes.
struct FrameValue: RPCValue {
    let frame: [UInt8]
    /// First byte of the value: a quote, bracket, digit or letter.
    let start: Int
    /// After its last byte.
    let end: Int

    var isNull: Bool { frame[start] == UInt8(ascii: "n") }

    var bool: Bool? {
        switch frame[start] {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// The digits of a string that starts with `0x`, also none.
    private var digits: Range<Int>? {
        guard frame[start] == UInt8(ascii: "\""), end - start >= 4, frame[start + 1] == UInt8(ascii: "0"),
            frame[start + 2] == UInt8(ascii: "x")
        else { return nil }
        return start + 3..<end - 1
    }

    var isEmptyHex: Bool {
        frame[start] == UInt8(ascii: "\"") && (end - start == 2 || digits?.isEmpty == true)
    }

    var quantityU256: U256? {
        guard let digits, !digits.isEmpty else { return nil }
        return HexScan.word(frame.span, from: digits.lowerBound, to: digits.upperBound)
    }

    var quantityU64: UInt64? { quantityU256?.asUInt64 }

    var hexBytes: [UInt8]? {
        guard let digits else { return nil }
        return HexScan.bytes(frame.span, from: digits.lowerBound, to: digits.upperBound)
    }

    private func fixed(_ count: Int) -> U256? {
        guard let digits, digits.count == count else { return nil }
        return HexScan.word(frame.span, from: digits.lowerBound, to: digits.upperBound)
    }

    var address: Address? { fixed(40).flatMap { Address(word: $0) } }
    var hash32: Hash32? { fixed(64).map { Hash32($0) } }

    // MARK: Lists

    var hashes: [Hash32]? {
        list { scanner in
            guard let text = scanner.string() else { return nil }
            return FrameValue(frame: frame, start: text.lowerBound - 1, end: text.upperBound + 1).hash32
        }
    }

    var accessList: [AccessListEntry]? {
        list { scanner in
            var address: Address?
            var keys: [Hash32]?
            let isUsual = object(&scanner) { scanner, key in
                if scanner.matches(key, "address") {
                    address = value(&scanner)?.address
                    return address != nil
                }
                guard scanner.matches(key, "storageKeys") else { return false }
                keys = hashList(&scanner)
                return keys != nil
            }
            guard isUsual, let address, let keys else { return nil }
            return AccessListEntry(address: address, storageKeys: keys)
        }
    }

    /// Authorizations are rare: the strict parser reads them.
    var authorizations: [Authorization]? { nil }

    /// The elements of this array, each read by `element`.
    private func list<T>(_ element: (inout FrameScanner) -> T?) -> [T]? {
        var scanner = FrameScanner(frame, from: start, to: end)
        return Self.list(&scanner, element)
    }

    private static func list<T>(_ scanner: inout FrameScanner, _ element: (inout FrameScanner) -> T?) -> [T]? {
        guard scanner.take(UInt8(ascii: "[")) else { return nil }
        var out: [T] = []
        if scanner.take(UInt8(ascii: "]")) { return out }
        repeat {
            guard let one = element(&scanner) else { return nil }
            out.append(one)
        } while scanner.take(UInt8(ascii: ","))
        return scanner.take(UInt8(ascii: "]")) ? out : nil
    }

    private func hashList(_ scanner: inout FrameScanner) -> [Hash32]? {
        Self.list(&scanner) { scanner in value(&scanner)?.hash32 }
    }

    /// The string at the scanner's position as a value.
    private func value(_ scanner: inout FrameScanner) -> FrameValue? {
        scanner.string().map { FrameValue(frame: frame, start: $0.lowerBound - 1, end: $0.upperBound + 1) }
    }

    /// Gives each member name to `member`, which reads the value; false when something is unusual.
    /// Names were checked for repeats when the value was skipped.
    private func object(_ scanner: inout FrameScanner, _ member: (inout FrameScanner, Range<Int>) -> Bool) -> Bool {
        guard scanner.take(UInt8(ascii: "{")) else { return false }
        repeat {
            guard let key = scanner.key(), member(&scanner, key) else { return false }
        } while scanner.take(UInt8(ascii: ","))
        return scanner.take(UInt8(ascii: "}"))
    }
}
