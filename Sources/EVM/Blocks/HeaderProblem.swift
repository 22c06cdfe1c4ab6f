public import EVMCodec
public import EVMTypes

/// The first rule that a header breaks.
public enum HeaderProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The chain's schedule says nothing about the block, or blobs are active and their parameters are not known.
    case unknownFork
    /// A field has another value than the rules give it; nil stands for a field that is not there. Numbers as they are,
    /// hashes and addresses as the number of their bytes.
    case differs(HeaderField, expected: U256?, got: U256?)
    /// The filter of logs is not that of the receipts.
    case bloomDiffers(expected: Bloom, got: Bloom)
    /// The block is not younger than its parent.
    case notAfterParent(parent: UInt64, got: UInt64)
    /// The gas limit moves by a 1,024th of the parent's or more, is below 5,000 or above 2^63 - 1. `parent` is the
    /// parent's limit, doubled at the London transition.
    case gasLimitOutOfBounds(parent: UInt64, got: UInt64)
    /// More gas was used than fits.
    case gasUsedAboveLimit(limit: UInt64, used: UInt64)
    /// Extra data of more than 32 bytes.
    case extraDataTooLong(Int)
    /// The base fee, the difficulty or the excess of blob gas would pass its type.
    case overflow(HeaderField)

    /// One line for people.
    public var description: String {
        func text(_ value: U256?) -> String {
            guard let value else { return "none" }
            return value.bitWidthUsed > 64 ? value.paddedHex : value.description
        }
        switch self {
        case .unknownFork: return "header refused: the chain's rules for it are not known"
        case .differs(let field, let expected, let got):
            return "header refused: \(field.rawValue) is \(text(got)), expected \(text(expected))"
        case .bloomDiffers: return "header refused: logsBloom is not that of the receipts"
        case .notAfterParent(let parent, let got): return "header refused: timestamp \(got), the parent has \(parent)"
        case .gasLimitOutOfBounds(let parent, let got):
            return "header refused: gasLimit \(got) is out of bounds, the parent has \(parent)"
        case .gasUsedAboveLimit(let limit, let used):
            return "header refused: gasUsed \(used) is above the limit \(limit)"
        case .extraDataTooLong(let count): return "header refused: extraData has \(count) bytes, 32 are allowed"
        case .overflow(let field): return "header refused: \(field.rawValue) would pass its largest value"
        }
    }
}
