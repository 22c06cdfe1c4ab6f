/// Finds the `RPCKey` of a member name without forming a `String`: one hash of the first eight bytes, one comparison.
enum RPCKeyTable {
    private static let size = 256
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let names: [[UInt8]] = RPCKey.allCases.map { Array($0.name.utf8) }
    /// `rawValue + 1` of the key by hash, 0 for none; probed linearly.
    private static let slots: [UInt8] = {
        var slots = [UInt8](repeating: 0, count: size)
        for key in RPCKey.allCases {
            let name = names[Int(key.rawValue)]
            var slot = hash(name, 0, name.count)
            while slots[slot] != 0 { slot = (slot + 1) % size }
            slots[slot] = key.rawValue + 1
        }
        return slots
    }()

    /// The key whose name is `frame[range]`.
    static func key(_ frame: [UInt8], _ range: Range<Int>) -> RPCKey? {
        var slot = hash(frame, range.lowerBound, range.upperBound)
        while slots[slot] != 0 {
            let candidate = slots[slot] - 1
            if matches(frame, range, names[Int(candidate)]) { return RPCKey(rawValue: candidate) }
            slot = (slot + 1) % size
        }
        return nil
    }

    private static func hash(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int {
        let count = min(end - start, 8)
        var word: UInt64 = UInt64(end - start)
        if bytes.count - start >= 8 {
            let mask: UInt64 = count == 8 ? .max : (1 << UInt64(8 * count)) - 1
            word ^= (HexScan.load8(bytes.span, start) & mask) << 5 ^ (HexScan.load8(bytes.span, start) & mask) >> 27
        } else {
            var prefix: UInt64 = 0
            for offset in 0..<count { prefix |= UInt64(bytes[start + offset]) << UInt64(8 * offset) }
            word ^= prefix << 5 ^ prefix >> 27
        }
        return Int((word &* factor) >> 56)  // wrapping meant: a hash
    }

    private static func matches(_ frame: [UInt8], _ range: Range<Int>, _ name: [UInt8]) -> Bool {
        guard range.count == name.count else { return false }
        for offset in 0..<name.count where frame[range.lowerBound + offset] != name[offset] { return false }
        return true
    }
}
