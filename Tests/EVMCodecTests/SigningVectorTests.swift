import EVMCodec
import EVMCrypto
import EVMTypes
import TestSupport
import Testing

/// The signing vectors of `shared/facts/apis.md` §6.3, made with eth-account 0.14.0 (key 0x46 repeated 32 times).
@Suite struct SigningVectorTests {
    private static func key() throws -> PrivateKey { try testKey([UInt8](repeating: 0x46, count: 32)) }
    private static let recipient = Address(bytes: [UInt8](repeating: 0x35, count: 20))
    private static let ether = U256(1_000_000_000_000_000_000)
    private static let gwei = U256(1_000_000_000)

    private func check(_ unsigned: Transaction, raw: String, hash: String) throws {
        let key = try Self.key()
        let signed = unsigned.signed(by: key)
        #expect(Hex.encode(signed.encoded()) == raw)
        #expect(signed.hash.hex == hash)
        #expect(signed.sender() == key.address)
        #expect(try Transaction(decoding: hex(raw)) == signed)
    }

    @Test func `the legacy example of EIP-155 signs to its bytes`() throws {
        let transaction = Transaction(
            kind: .legacy, chainID: 1, nonce: 9, gasLimit: 21_000, to: Self.recipient, value: Self.ether,
            gasPrice: U256(20) * Self.gwei)
        #expect(transaction.signingHash.hex == "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53")
        try check(
            transaction,
            raw:
                "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a7"
                + "6400008025a028ef61340bd9"
                + "39bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b"
                + "3800ccf555c9f3dc64214b"
                + "297fb1966a3b6d83",
            hash: "0x33469b22e9f636356c4160a87eb19df52b7412e8eac32a4a55ffe88ea8350788")
    }

    @Test func `an EIP-2930 transaction signs to its bytes`() throws {
        try check(
            Transaction(
                kind: .accessList, chainID: 1, nonce: 9, gasLimit: 21_000, to: Self.recipient, value: Self.ether,
                gasPrice: U256(20) * Self.gwei),
            raw:
                "0x01f86e01098504a817c800825208943535353535353535353535353535353535353535880de0b6"
                + "b3a764000080c001a0a55f6a"
                + "8616e3d6d2f09ee945cdad2a21a7d357225fcfc46df9e8421420954f43a01d7bd8c3892f4271f397"
                + "c91e6c4216fb4284bc75c8"
                + "d320b952bdb069aaa8120e",
            hash: "0x360562adea4f3f676f51df0c929be94cf0ca646adfb8f3baf72c88a7df4f6f04")
    }

    @Test func `an EIP-1559 transaction signs to its bytes`() throws {
        try check(
            Transaction(
                kind: .dynamicFee, chainID: 1, nonce: 9, gasLimit: 21_000, to: Self.recipient, value: Self.ether,
                maxFeePerGas: U256(20) * Self.gwei, maxPriorityFeePerGas: U256(2) * Self.gwei),
            raw:
                "0x02f873010984773594008504a817c8008252089435353535353535353535353535353535353535"
                + "35880de0b6b3a764000080c0"
                + "01a079b7c7f86885a63564d32f1970e457e0d5e904f6e3373aaf114ac871d96aee31a0461db85018"
                + "5ce53f5923ea6180044472"
                + "7d21e2cbe15393e774a8e6a6ef495681",
            hash: "0x24498ddd5206baab07c1b0037b6d142b10880f6ae0630b97e67e67732044028e")
    }

    @Test func `an EIP-7702 authorization hashes, signs and recovers`() throws {
        let key = try Self.key()
        let delegate = try #require(Address(hex: "0x5FbDB2315678afecb367f032d93F642f64180aa3"))
        let signed = Authorization(chainID: 1, address: delegate, nonce: 1).signed(by: key)
        #expect(signed.signingHash.hex == "0xd5ae56bcd254af8f4d8e81d86bcf5cc24de22a63642da6a572e06735f1859390")
        #expect(signed.yParity == 0)
        #expect(signed.r.paddedHex == "0x23f25a7301ee2e8a4b081a68a9f8fbd324f68936533d6d0df0e5bb84ab52292e")
        #expect(signed.s.paddedHex == "0x27b60a7debfd9ce9e28618ee7d709645e20d06e77d7cbf8912e5ba7e2a661b01")
        #expect(signed.authority() == key.address)
        var broken = signed
        broken.s = Secp256k1.order - broken.s
        #expect(broken.authority() == nil, "a high s authorises nobody")
        broken = signed
        broken.yParity = 2
        #expect(broken.authority() == nil)
    }
}
