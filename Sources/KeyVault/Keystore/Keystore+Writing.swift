public import EVMTypes

extension Keystore {
    /// The file's bytes in the form geth writes: one line, members in geth's order, hex without `0x`, no newline at
    /// the end.
    public func serialized() -> [UInt8] {
        func hex(_ bytes: [UInt8]) -> String { Hex.encode(bytes, prefix: false) }
        let kdf: String
        let parameters: String
        switch derivation {
        case .scrypt(let n, let r, let p):
            kdf = "scrypt"
            parameters = #"{"dklen":32,"n":\#(n),"p":\#(p),"r":\#(r),"salt":"\#(hex(salt))"}"#
        case .pbkdf2(let iterations):
            kdf = "pbkdf2"
            parameters = #"{"c":\#(iterations),"dklen":32,"prf":"hmac-sha256","salt":"\#(hex(salt))"}"#
        }
        let crypto =
            #"{"cipher":"aes-128-ctr","ciphertext":"\#(hex(ciphertext))","#
            + #""cipherparams":{"iv":"\#(hex(initialVector))"},"#
            + #""kdf":"\#(kdf)","kdfparams":\#(parameters),"mac":"\#(hex(mac))"}"#
        // `id` can come from a file: only the characters of a UUID are written back.
        let safeID = id.filter { $0 == "-" || ($0.isASCII && $0.isHexDigit) }
        let owner = address.map { #""address":"\#($0.hex.dropFirst(2))","# } ?? ""
        return Array(#"{\#(owner)"crypto":\#(crypto),"id":"\#(safeID)","version":3}"#.utf8)
    }

    /// The name geth gives a keystore file: `UTC--2026-01-02T03-04-05.678901234Z--<40 hex digits>`.
    ///
    /// `seconds` since 1970 (UTC, years 1970 to 9999), `nanoseconds` below 10^9.
    public static func fileName(for address: Address, seconds: UInt64, nanoseconds: UInt32) -> String {
        let (year, month, day) = civilDate(daysSince1970: Int(seconds / 86_400))
        let ofDay = Int(seconds % 86_400)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let time = "\(padded(ofDay / 3_600, 2))-\(padded(ofDay / 60 % 60, 2))-\(padded(ofDay % 60, 2))"
        return "UTC--\(date)T\(time).\(padded(Int(nanoseconds), 9))Z--\(address.hex.dropFirst(2))"
    }

    private static func padded(_ value: Int, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// Gregorian date of a day number. Days are counted from 1 March of year 0, so that the leap day is the last of
    /// its year.
    private static func civilDate(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let days = daysSince1970 + 719_468
        let era = days / 146_097
        let ofEra = days % 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
