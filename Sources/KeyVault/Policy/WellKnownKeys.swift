import EVMCrypto
public import EVMTypes

/// Keys that the whole world knows: money sent to them is gone within a block.
///
/// Refused for signing on every chain but local ones. The list cannot be complete; it holds what tutorials and tools
/// hand out: the numbers 1 to 100, all keys of one repeated byte, the first 20 accounts of published mnemonics and
/// their first five in Ledger Live's counting.
public enum WellKnownKeys {
    /// Chain ids of throw-away chains (geth's and Ganache's 1337, Hardhat's and Anvil's 31337).
    public static let localChainIDs: Set<UInt64> = [1_337, 31_337]

    /// Whether `address` belongs to a published key. O(1); the first call derives some 700 addresses (about 50 ms).
    public static func contains(_ address: Address) -> Bool { addresses.contains(address) }

    private static let addresses: Set<Address> = {
        let small = (UInt8(1)...100).map { [UInt8](repeating: 0, count: 31) + [$0] }
        // 0xff repeated is above the group order, so it is no key.
        let repeated = (UInt8(1)...0xfe).map { [UInt8](repeating: $0, count: 32) }
        var found = Set((small + repeated).compactMap { PrivateKey(bytes: $0)?.address })
        for (sentence, passphrase) in sentences { found.formUnion(accounts(of: sentence, passphrase)) }
        return found
    }()

    /// Number of published mnemonics listed.
    static var sentenceCount: Int { sentences.count }

    /// The accounts of one sentence; none when it is no sentence (a test says that none of ours is wrong).
    static func accounts(of sentence: String, _ passphrase: String) -> [Address] {
        guard let mnemonic = try? Mnemonic(parsing: SecretBytes(copying: Array(sentence.utf8))),
            let seed = try? mnemonic.seed(passphrase: SecretBytes(copying: Array(passphrase.utf8))),
            let master = try? ExtendedKey(seed: seed)
        else { return [] }
        let paths = (UInt32(0)..<20).map(DerivationPath.ethereum) + (UInt32(1)..<5).map(DerivationPath.ledgerLive)
        return paths.compactMap { try? master.derive($0).address }
    }

    /// Hardhat and Anvil; BIP-39's vectors, plain and with their passphrase; Ganache -d; Truffle and MetaMask
    /// tutorials; Trezor's emulator.
    private static let sentences: [(String, String)] = {
        let plain = [
            "test test test test test test test test test test test junk",
            "myth like bonus scare over problem client lizard pioneer submit female collect",
            "candy maple cake sugar pudding cream honey rich smooth crumble sweet treat",
            "all all all all all all all all all all all all",
        ]
        let standard = [
            String(repeating: "abandon ", count: 11) + "about",
            String(repeating: "abandon ", count: 17) + "agent",
            String(repeating: "abandon ", count: 23) + "art",
            String(repeating: "zoo ", count: 11) + "wrong",
            String(repeating: "zoo ", count: 17) + "when",
            String(repeating: "zoo ", count: 23) + "vote",
            "legal winner thank year wave sausage worth useful legal winner thank yellow",
            "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
        ]
        return plain.map { ($0, "") } + standard.flatMap { [($0, ""), ($0, "TREZOR")] }
    }()
}
