internal import EVMCodec
public import EVMTypes
internal import Pools

/// What the rows of one protocol in one file came to.
public struct VectorTally: Hashable, Sendable {
    /// One row that was answered with another number.
    public struct Difference: Hashable, Sendable {
        /// What names the row in its file.
        public var row: String
        /// The recorded answer; nil when the recorded call reverted.
        public var expected: U256?
        /// Ours; nil when there is no quote.
        public var answer: U256?
    }

    /// Same number; or no quote where the recorded call reverted or gave nothing.
    public var exact = 0
    /// Answers that are not the recorded ones.
    public var different = 0
    /// Rows with a number that got no quote, without those of `unfillable`.
    public var noQuote = 0
    /// Requests the pool cannot fill, recorded with a partial amount: no quote, as it must be; the amount is the same.
    public var unfillable = 0
    /// The first three rows that differ or got no quote.
    public var examples: [Difference] = []
    /// Whether the recorded answers are those of another library, some a unit or two off the chain's: no gate.
    public var isSecondary = false

    public init() {}

    /// All of them.
    public var rows: Int { exact + different + noQuote + unfillable }
    /// Whether nothing differs and nothing was left without a quote.
    public var isClean: Bool { different == 0 && noQuote == 0 }

    mutating func add(_ row: String, expected: U256?, _ answer: Result<U256, QuoteError>) {
        let got = try? answer.get()
        switch (expected, got) {
        case (nil, nil): exact += 1
        case (let wanted?, let got?) where wanted == got: exact += 1
        case (let wanted?, nil) where wanted.isZero && answer == .failure(.zeroAmount): exact += 1
        case (_?, nil):
            noQuote += 1
            note(row, expected, got)
        default:
            different += 1
            note(row, expected, got)
        }
    }

    private mutating func note(_ row: String, _ expected: U256?, _ answer: U256?) {
        if examples.count < 3 { examples.append(Difference(row: row, expected: expected, answer: answer)) }
    }
}

/// The rows of one file, by protocol.
public struct VectorReport: Sendable {
    /// Path as given.
    public var file: String
    /// In the order the protocols first appear.
    public private(set) var protocols: [String] = []
    /// By protocol.
    public private(set) var tallies: [String: VectorTally] = [:]
    /// Kinds of pool in the file that have no exact model here, with their number of rows: refused by name.
    public private(set) var refused: [String: Int] = [:]

    public init(file: String) { self.file = file }

    /// Whether every gating row was answered exactly.
    public var isClean: Bool { tallies.values.allSatisfy { $0.isSecondary || $0.isClean } }

    mutating func change(_ name: String, _ body: (inout VectorTally) throws -> Void) rethrows {
        if tallies[name] == nil { protocols.append(name) }
        try body(&tallies[name, default: VectorTally()])
    }

    mutating func add(
        _ name: String, _ row: String, expected: U256?, isSecondary: Bool = false,
        _ quote: () throws(QuoteError) -> UInt128
    ) {
        let answer = Result { () throws(QuoteError) in U256(try quote()) }
        change(name) {
            $0.isSecondary = isSecondary
            $0.add(row, expected: expected, answer)
        }
    }

    mutating func refuse(_ name: String, rows: Int) { refused[name, default: 0] += rows }
}

/// A file of recorded answers that cannot be read.
public struct VectorFileError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Hashable, Sendable {
        /// Not JSON, nor JSON lines.
        case notJSON = "not JSON"
        /// JSON of a shape that no known format has.
        case unknownFormat = "no format of recorded answers that is known"
        /// A field that must be there is missing or no such number.
        case badField = "missing or malformed field"
        /// The pool's state is not among the state files.
        case noState = "no state file for the pool"
    }
    /// What is wrong with it.
    public var code: Code
    /// The field, pool or place.
    public var detail: String

    init(_ code: Code, _ detail: String) { (self.code, self.detail) = (code, detail) }

    public var description: String { "\(code.rawValue): \(detail)" }
}

extension JSON {
    /// A decimal integer written as a string or a number.
    var decimal: U256? { string.flatMap { U256(decimal: $0) } ?? numberText.flatMap { U256(decimal: $0) } }

    func field(_ key: String) throws(VectorFileError) -> JSON {
        guard let value = self[key], !value.isNull else { throw VectorFileError(.badField, key) }
        return value
    }

    func wide(_ key: String) throws(VectorFileError) -> U256 {
        guard let value = try field(key).decimal else { throw VectorFileError(.badField, key) }
        return value
    }

    func amount(_ key: String) throws(VectorFileError) -> UInt128 {
        guard let value = try wide(key).asUInt128 else { throw VectorFileError(.badField, key) }
        return value
    }

    func small(_ key: String) throws(VectorFileError) -> UInt64 {
        guard let value = try wide(key).asUInt64 else { throw VectorFileError(.badField, key) }
        return value
    }

    func signed(_ key: String) throws(VectorFileError) -> Int32 {
        let json = try field(key)
        guard let text = json.numberText ?? json.string, let value = Int32(text) else {
            throw VectorFileError(.badField, key)
        }
        return value
    }

    func list(_ key: String) throws(VectorFileError) -> [JSON] {
        guard let value = try field(key).array else { throw VectorFileError(.badField, key) }
        return value
    }

    func amounts(_ key: String) throws(VectorFileError) -> TokenAmounts { try JSON.amounts(list(key), key) }

    static func amounts(_ list: [JSON], _ name: String) throws(VectorFileError) -> TokenAmounts {
        var values: [UInt128] = []
        for entry in list {
            guard let value = entry.decimal?.asUInt128 else { throw VectorFileError(.badField, name) }
            values.append(value)
        }
        guard let amounts = TokenAmounts(values) else { throw VectorFileError(.badField, name) }
        return amounts
    }

    /// Element `position` as an amount.
    func amount(at position: Int) throws(VectorFileError) -> U256 {
        guard let value = self[position]?.decimal else { throw VectorFileError(.badField, "element \(position)") }
        return value
    }

    func index(at position: Int) throws(VectorFileError) -> Int {
        guard let value = self[position]?.int else { throw VectorFileError(.badField, "element \(position)") }
        return value
    }
}

extension U256 {
    /// 10 to the power of `exponent`, at most 38.
    static func ten(_ exponent: Int) -> UInt128 {
        U256(10 as UInt64).pow(U256(UInt64(Swift.min(Swift.max(exponent, 0), 38)))).lo
    }

    /// The value as an amount that a quote takes; `.overflow` above 128 bits, as no pool holds more.
    func asQuoteAmount() throws(QuoteError) -> UInt128 {
        guard let amount = asUInt128 else { throw .overflow }
        return amount
    }
}
