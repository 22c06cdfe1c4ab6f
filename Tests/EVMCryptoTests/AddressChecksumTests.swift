import EVMCrypto
import EVMTypes
import Testing

@Suite struct AddressChecksumTests {
    /// The examples of EIP-55 and the WETH contract.
    static let known = [
        "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
    ]

    @Test(arguments: known) func checksumEqualsTheStandardsExamples(_ text: String) throws {
        let address = try #require(Address(hex: text))
        #expect(address.checksummed == text)
        #expect(Address(checksummed: text) == address)
        #expect(Address(checksummed: address.hex) == address)
        #expect(Address(checksummed: "0x" + text.dropFirst(2).uppercased()) == address)
    }

    @Test func everySingleWrongCaseIsRefused() throws {
        let text = Array("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed".utf8)
        for index in 2..<42 where text[index] >= 65 {
            var wrong = text
            wrong[index] ^= 32
            #expect(Address(checksummed: String(decoding: wrong, as: UTF8.self)) == nil, "digit \(index - 2)")
        }
    }

    @Test(arguments: [
        "", "0x", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0", "0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", " 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA\u{e9}",
    ])
    func textsThatAreNoAddressAreRefused(_ text: String) { #expect(Address(checksummed: text) == nil) }
}
