/// A BIP-32 path such as `m/44'/60'/0'/0/0`: child numbers from the master key down.
///
/// Source: BIP-32, BIP-44; SLIP-44 coin type 60 for Ether.
public struct DerivationPath: Sendable, Hashable, CustomStringConvertible {
    /// Child numbers; those with the top bit set are hardened.
    public let indices: [UInt32]

    /// The bit of a hardened child number.
    public static let hardened: UInt32 = 0x8000_0000
    /// Most levels of a path (BIP-32 keeps the depth in one byte).
    public static let levelsMax = 255

    /// A path of given child numbers; nil when there are more than `levelsMax`.
    public init?(indices: [UInt32]) {
        guard indices.count <= Self.levelsMax else { return nil }
        self.indices = indices
    }

    /// Reads `m/44'/60'/0'/0/0`; `'`, `h` and `H` mark hardened levels; `m` alone is the master key.
    ///
    /// Throws `.badInput` for anything else (numbers from 0 to 2^31 - 1).
    public init(_ text: String) throws(KeyVaultError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.first == "m", parts.count - 1 <= Self.levelsMax else { throw Self.malformed(text) }
        var indices: [UInt32] = []
        for part in parts.dropFirst() {
            let isHardened = part.last == "'" || part.last == "h" || part.last == "H"
            let digits = isHardened ? part.dropLast() : part
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt32(digits),
                number < Self.hardened
            else { throw Self.malformed(text) }
            indices.append(isHardened ? number | Self.hardened : number)
        }
        self.indices = indices
    }

    /// BIP-44's path of account `index` as MetaMask, geth and Hardhat count them: `m/44'/60'/0'/0/index`.
    public static func ethereum(_ index: UInt32) -> DerivationPath {
        DerivationPath(levels: [44 | hardened, 60 | hardened, hardened, 0, index & ~hardened])
    }

    /// Ledger Live's path of account `index`: `m/44'/60'/index'/0/0`.
    public static func ledgerLive(_ index: UInt32) -> DerivationPath {
        DerivationPath(levels: [44 | hardened, 60 | hardened, index | hardened, 0, 0])
    }

    private init(levels: [UInt32]) { indices = levels }

    public var description: String {
        "m"
            + indices.map { $0 & Self.hardened == 0 ? "/\($0)" : "/\($0 & ~Self.hardened)'" }.joined()
    }

    private static func malformed(_ text: String) -> KeyVaultError {
        KeyVaultError(.badInput, "\"\(text.bounded)\" is no derivation path such as m/44'/60'/0'/0/0")
    }
}
