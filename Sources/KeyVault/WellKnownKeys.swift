import EVMCrypto
public import EVMTypes

/// Keys that the whole world knows: money sent to them is gone within a block.
///
/// Refused for signing on every chain but local ones. The list cannot be complete; it holds what tutorials and tools
/// hand out: the numbers 1 to 100, all keys of one repeated byte, and the first accounts of three published mnemonics.
public enum WellKnownKeys {
    /// Chain ids of throw-away chains (geth's and Ganache's 1337, Hardhat's and Anvil's 31337).
    public static let localChainIDs: Set<UInt64> = [1_337, 31_337]

    /// Whether `address` belongs to a published key. O(1); the first call derives 354 addresses (a few milliseconds).
    public static func contains(_ address: Address) -> Bool { addresses.contains(address) }

    private static let addresses: Set<Address> = {
        let small = (UInt8(1)...100).map { [UInt8](repeating: 0, count: 31) + [$0] }
        // 0xff repeated is above the group order, so it is no key.
        let repeated = (UInt8(1)...0xfe).map { [UInt8](repeating: $0, count: 32) }
        let derived = (small + repeated).compactMap { PrivateKey(bytes: $0)?.address }
        return Set(derived + mnemonicAddresses.compactMap { Address(hex: $0) })
    }()

    /// Number of published mnemonic accounts listed.
    static var mnemonicCount: Int { mnemonicAddresses.count }

    /// m/44'/60'/0'/0/i of "test … junk" (Hardhat, Anvil; 20), "abandon … about" (BIP-39; 10), "myth like …"
    /// (Ganache -d; 10).
    private static let mnemonicAddresses: [String] = [
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
        "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
        "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
        "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc",
        "0x976EA74026E726554dB657fA54763abd0C3a0aa9",
        "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955",
        "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f",
        "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720",
        "0xBcd4042DE499D14e55001CcbB24a551F3b954096",
        "0x71bE63f3384f5fb98995898A86B02Fb2426c5788",
        "0xFABB0ac9d68B0B445fB7357272Ff202C5651694a",
        "0x1CBd3b2770909D4e10f157cABC84C7264073C9Ec",
        "0xdF3e18d64BC6A983f673Ab319CCaE4f1a57C7097",
        "0xcd3B766CCDd6AE721141F452C550Ca635964ce71",
        "0x2546BcD3c84621e976D8185a91A922aE77ECEc30",
        "0xbDA5747bFD65F08deb54cb465eB87D40e51B197E",
        "0xdD2FD4581271e230360230F9337D5c0430Bf44C0",
        "0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199",
        "0x9858EfFD232B4033E47d90003D41EC34EcaEda94",
        "0x6Fac4D18c912343BF86fa7049364Dd4E424Ab9C0",
        "0xb6716976A3ebe8D39aCEB04372f22Ff8e6802D7A",
        "0xF3f50213C1d2e255e4B2bAD430F8A38EEF8D718E",
        "0x51cA8ff9f1C0a99f88E86B8112eA3237F55374cA",
        "0xA40cFBFc8534FFC84E20a7d8bBC3729B26a35F6f",
        "0xB191a13bfE648B61002F2e2135867015B71816a6",
        "0x593814d3309e2dF31D112824F0bb5aa7Cb0D7d47",
        "0xB14c391e2bf19E5a26941617ab546FA620A4f163",
        "0x4C1C56443AbFe6dD33de31dAaF0a6E929DBc4971",
        "0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1",
        "0xFFcf8FDEE72ac11b5c542428B35EEF5769C409f0",
        "0x22d491Bde2303f2f43325b2108D26f1eAbA1e32b",
        "0xE11BA2b4D45Eaed5996Cd0823791E0C93114882d",
        "0xd03ea8624C8C5987235048901fB614fDcA89b117",
        "0x95cED938F7991cd0dFcb48F0a06a40FA1aF46EBC",
        "0x3E5e9111Ae8eB78Fe1CC3bb8915d5D461F3Ef9A9",
        "0x28a8746e75304c0780E011BEd21C72cD78cd535E",
        "0xACa94ef8bD5ffEE41947b4585a84BdA5a3d3DA6E",
        "0x1dF62f291b2E969fB0849d99D9Ce41e2F137006e",
    ]
}
