internal import EVMCrypto
internal import EVMTypes

/// The typed readers: each refuses what is not of its type or range with one line that names what is expected.
extension TableReader {
    func text(_ key: String, standard: String? = nil, required: Bool = true, expected: String = "a string") -> String? {
        value(key, standard: standard, required: required, expected: expected, show: { $0 }) {
            guard case .text(let text) = $0.value, !text.isEmpty else { return nil }
            return text
        }
    }

    /// A short lower-case name: letters, digits and hyphens, starting with a letter.
    func name(_ key: String) -> String? {
        let expected = "a name of a-z, 0-9 and -, starting with a letter"
        return value(key, standard: nil, required: true, expected: expected, show: { $0 }) {
            guard case .text(let text) = $0.value, Self.isName(text) else { return nil }
            return text
        }
    }

    func integer(_ key: String, _ range: ClosedRange<UInt64>, standard: UInt64? = nil, required: Bool = true) -> UInt64?
    {
        let expected = "an integer from \(range.lowerBound) to \(range.upperBound)"
        return value(key, standard: standard, required: required, expected: expected, show: { String($0) }) {
            let number: UInt64?
            switch $0.value {
            case .integer(let found): number = UInt64(exactly: found)
            case .text(let text) where $0.origin.isText: number = UInt64(text)
            default: number = nil
            }
            return number.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func boolean(_ key: String, standard: Bool) -> Bool {
        value(key, standard: standard, required: false, expected: "true or false", show: { String($0) }) {
            switch $0.value {
            case .flag(let flag): flag
            case .text("true") where $0.origin.isText: true
            case .text("false") where $0.origin.isText: false
            default: nil
            }
        } ?? standard
    }

    /// One of a closed set of words.
    func choice<T: RawRepresentable & CaseIterable>(_ key: String, standard: T? = nil) -> T?
    where T.RawValue == String {
        let words = T.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return value(key, standard: standard, required: true, expected: "one of \(words)", show: { $0.rawValue }) {
            guard case .text(let text) = $0.value else { return nil }
            return T(rawValue: text)
        }
    }

    /// A list of words of a closed set, without repeats.
    func choices<T: RawRepresentable & CaseIterable & Equatable>(_ key: String) -> [T] where T.RawValue == String {
        let words = T.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        let show: ([T]) -> String = { $0.map(\.rawValue).joined(separator: ", ") }
        return value(key, standard: nil, required: true, expected: "a list of \(words)", show: show) { setting in
            guard let texts = Self.texts(setting) else { return nil }
            let found = texts.compactMap { T(rawValue: $0) }
            let distinct = found.enumerated().allSatisfy { found.firstIndex(of: $0.element) == $0.offset }
            return found.count == texts.count && distinct ? found : nil
        } ?? []
    }

    func texts(_ key: String, standard: [String]? = nil, required: Bool = false, expected: String = "a list of strings")
        -> [String]
    {
        let show: ([String]) -> String = { $0.joined(separator: ", ") }
        return value(key, standard: standard, required: required, expected: expected, show: show, read: Self.texts)
            ?? []
    }

    /// A 20-byte address. Mixed-case text must carry a valid EIP-55 checksum; the zero address is refused.
    func address(_ key: String, required: Bool = true) -> Address? {
        guard let setting = raw(key) else {
            if required { refuse(key, "is missing", expected: Self.addressExpected) }
            return nil
        }
        guard case .text(let text) = setting.value, text.hasPrefix("0x"), let address = Address(hex: text) else {
            refuse(key, "is \(Self.shown(setting.value))", expected: Self.addressExpected)
            return nil
        }
        guard address != .zero else {
            refuse(key, "is the zero address", expected: Self.addressExpected)
            return nil
        }
        guard Self.isOneCase(text.dropFirst(2)) || address.checksummed == text else {
            refuse(
                key, "is \(text), whose EIP-55 checksum is wrong",
                expected: "\(address.checksummed) if that is the address meant")
            return nil
        }
        notebook.note(place(key), address.checksummed, setting.origin)
        return address
    }

    /// A 32-byte value as 0x and 64 hexadecimal digits, not zero.
    func hash(_ key: String) -> Hash32? {
        value(
            key, standard: nil, required: true, expected: "0x and 64 hexadecimal digits, not all zero", show: { $0.hex }
        ) {
            guard case .text(let text) = $0.value, text.hasPrefix("0x"), text.utf8.count == 66 else { return nil }
            return Hash32(hex: text).flatMap { $0 == .zero ? nil : $0 }
        }
    }

    /// An amount of the native coin in wei: an integer, or text such as "25 gwei" or "0.01 ether". Exact, never
    /// rounded.
    func amount(_ key: String, standard: U256? = nil, required: Bool = true, unit: String = " wei") -> U256? {
        let expected = "an amount such as 1000, \"25 gwei\" or \"0.01 ether\""
        return value(key, standard: standard, required: required, expected: expected, show: { "\($0)\(unit)" }) {
            switch $0.value {
            case .integer(let number): UInt64(exactly: number).map { U256($0) }
            case .text(let text): Self.wei(text)
            default: nil
            }
        }
    }

    private static let addressExpected = "a 20-byte address, 0x and 40 hexadecimal digits"

    /// Whether the digits carry no EIP-55 information: all lower or all upper case.
    private static func isOneCase(_ digits: Substring) -> Bool {
        digits == digits.lowercased() || digits == digits.uppercased()
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, (97...122).contains(first), text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    private static func texts(_ setting: Setting) -> [String]? {
        switch setting.value {
        case .list(let list):
            let found = list.compactMap { if case .text(let text) = $0.value, !text.isEmpty { text } else { nil } }
            return found.count == list.count ? found : nil
        case .text(let text) where setting.origin.isText:
            return text.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
        default:
            return nil
        }
    }

    /// Reads "12", "12 wei", "2.5 gwei" or "0.01 ether" exactly; nil when it is not such a text or not whole wei.
    static func wei(_ text: String) -> U256? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 1 || parts.count == 2 else { return nil }
        let decimals: Int
        switch parts.count == 2 ? parts[1] : "wei" {
        case "wei": decimals = 0
        case "gwei": decimals = 9
        case "ether": decimals = 18
        default: return nil
        }
        let halves = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = halves.count == 2 ? halves[1] : ""
        guard !halves[0].isEmpty, halves.count == 1 || !fraction.isEmpty, fraction.count <= decimals else { return nil }
        let digits = halves[0] + fraction + String(repeating: "0", count: decimals - fraction.count)
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return U256(decimal: digits)
    }
}

extension Substring {
    /// The text without spaces and tabs at both ends.
    var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
