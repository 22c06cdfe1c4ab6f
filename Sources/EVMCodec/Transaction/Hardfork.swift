/// The protocol versions of Ethereum execution whose transaction rules differ, oldest first.
///
/// Source: ethereum/execution-specs; names as in the official tests (EIP150 = `tangerineWhistle`, EIP158 =
/// `spuriousDragon`).
public enum Hardfork: UInt8, CaseIterable, Comparable, Hashable, Sendable {
    case frontier, homestead, tangerineWhistle, spuriousDragon, byzantium, constantinople, petersburg
    case istanbul, berlin, london, paris, shanghai, cancun, prague, osaka

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
