public import EVMTypes

/// Contracts that the protocol itself calls (`Machine.systemCall`).
public enum SystemContracts {
    /// Roots of beacon blocks (EIP-4788), called at the start of a block from Cancun on.
    public static let beaconRoots = Address(high: 0x000f_3df6, low: 0xd732_807e_f131_9fb7_b8bb_8522_d0be_ac02)
    /// Hashes of the last blocks (EIP-2935), called at the start of a block from Prague on.
    public static let history = Address(high: 0x0000_f908, low: 0x27f1_c53a_10cb_7a02_335b_1753_2000_2935)
    /// The queue of withdrawal requests (EIP-7002), called at the end of a block from Prague on.
    public static let withdrawals = Address(high: 0x0000_0961, low: 0xef48_0eb5_5e80_d19a_d835_79a6_4c00_7002)
    /// The queue of consolidation requests (EIP-7251), called at the end of a block from Prague on.
    public static let consolidations = Address(high: 0x0000_bbdd, low: 0xc7ce_4886_42fb_579f_8b00_f3a5_9000_7251)
}
