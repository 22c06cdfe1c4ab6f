import EVMCrypto
import EVMTypes
import Testing

@Suite struct Keccak256Tests {
    @Test func knownHashes() {
        #expect(Keccak256.hash([]).hex == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
        #expect(
            Keccak256.hash(Array("abc".utf8)).hex
                == "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")
        #expect(
            Keccak256.hash(Array("Sync(uint112,uint112)".utf8)).hex
                == "0x1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1")
    }
}
