import EVMTypes
import TestSupport
import Testing

@testable import ChainRegistry

@Suite struct ChainFaultsTests {
    private static let minimal = """
        name = "test"
        chain_id = 5
        native_symbol = "ETH"
        rpc_env = ["TEST_URL"]
        block_time_ms = 1000
        reorg_depth = 10
        tx_gas_cap = 1000000
        fee_model = "ethereum"
        mempool = "public"
        submission = ["flashbots"]
        settlement_tokens = []

        """

    private func load(_ text: String) throws -> Chain {
        try Chain(toml: text, named: "test", origin: .chainFile("test.toml"))
    }

    private func faults(_ text: String) -> [String] {
        let error = #expect(throws: ChainRegistryError.self) { try load(text) }
        return error?.faults.map(\.description) ?? []
    }

    @Test func theMinimalFileIsAccepted() throws {
        let chain = try load(Self.minimal)
        #expect(chain.chainID == 5 && chain.dexes.isEmpty && chain.minimumPriorityFee == 0 && chain.executor == nil)
    }

    @Test func unknownKeysAreRefusedWithTheirPathAndTheNearestName() {
        let lines = faults(
            Self.minimal + """
                block_time = 5
                [[dex]]
                name = "a"
                protocol = "uniswap-v2"
                factory = "0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f"
                init_code_hash = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"
                fee_pips = 3000
                fee_bps = 30
                colour = "red"
                """)
        #expect(lines.count == 3)
        #expect(lines.contains("test.toml: block_time is not a known key; expected \"block_time_ms\""))
        #expect(lines.contains("test.toml: dex[0].fee_bps is not a known key; expected \"fee_pips\""))
        #expect(lines.contains { $0.hasPrefix("test.toml: dex[0].colour is not a known key; expected one of create2_sender, enabled") })
    }

    @Test func allFaultsOfAFileAreToldAtOnce() {
        let lines = faults(
            """
            name = "Test"
            chain_id = 0
            native_symbol = 5
            rpc_env = ["https://example.com/v3/0123456789abcdef0123456789abcdef"]
            block_time_ms = 1.5
            tx_gas_cap = 100
            fee_model = "eip1559"
            mempool = "Public"
            submission = ["flashbots", "flashbots"]
            settlement_tokens = ["WETH"]
            wrapped_native = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756CC2"
            executor = "0x0000000000000000000000000000000000000000"
            min_priority_fee = "0.5 wei"
            """)
        let keys = [
            "name", "chain_id", "native_symbol", "rpc_env", "block_time_ms", "reorg_depth", "tx_gas_cap", "fee_model", "mempool", "submission",
            "settlement_tokens", "wrapped_native", "executor", "min_priority_fee",
        ]
        for key in keys { #expect(lines.contains { $0.hasPrefix("test.toml: \(key) ") }, "\(key)") }
        #expect(!lines.joined().contains("0123456789abcdef"))
    }

    @Test func aWrongChecksumIsRefusedAndTheRightOneNamed() {
        let lines = faults(Self.minimal.replacing("fee_model", with: "executor = \"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756CC2\"\nfee_model"))
        #expect(lines.count == 1)
        #expect(lines[0].contains("EIP-55 checksum is wrong; expected 0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"))
    }

    @Test func lowerAndUpperCaseAddressesNeedNoChecksum() throws {
        for digits in ["c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2", "C02AAA39B223FE8D0A0E5C4F27EAD9083C756CC2"] {
            let chain = try load(Self.minimal.replacing("fee_model", with: "executor = \"0x\(digits)\"\nfee_model"))
            #expect(chain.executor?.hex == "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")
        }
    }

    @Test func aMalformedFileNamesLineAndColumn() {
        let error = #expect(throws: ChainRegistryError.self) { try load("name = \"test\"\nchain_id = = 5\n") }
        #expect(error?.code == .malformed)
        #expect(error?.faults.first?.key == "line 2, column 12")
    }

    @Test func aRepeatedKeyIsMalformed() {
        let error = #expect(throws: ChainRegistryError.self) { try load(Self.minimal + "chain_id = 6\n") }
        #expect(error?.code == .malformed)
    }

    @Test(arguments: [
        ("[[token]]\nsymbol = \"A\"\naddress = \"0x00000000000000000000000000000000000000a1\"\ndecimals = 37", "token[0].decimals"),
        ("[[relay]]\nname = \"r\"\nkind = \"flashbots\"\nurl = \"https://user:pw@relay.example/\"", "relay[0].url"),
        ("[[relay]]\nname = \"r\"\nkind = \"flashbots\"\nurl = \"https://relay.example/?key=abc\"", "relay[0].url"),
        ("[[relay]]\nname = \"r\"\nkind = \"sequencer\"\nurl = \"https://relay.example\"", "relay[0].kind"),
        ("[[router]]\nname = \"r\"\nkind = \"uniswap-v2\"\naddress = \"0x00000000000000000000000000000000000000a1\"\nv2_dex = \"no\"", "router[0].v2_dex"),
        ("[[router]]\nname = \"r\"\nkind = \"uniswap-v2\"\naddress = \"0x00000000000000000000000000000000000000a1\"", "router[0].v2_dex"),
        ("[[flash_lender]]\nname = \"r\"\nkind = \"dydx\"\naddress = \"0x00000000000000000000000000000000000000a1\"", "flash_lender[0].kind"),
        ("[dex]\nname = \"a\"", "dex"),
        ("token = [1]", "token[0]"),
    ])
    func eachBadRowIsRefusedByItsPath(_ rows: String, _ key: String) {
        let text = rows.hasPrefix("[") ? Self.minimal + rows : rows + "\n" + Self.minimal
        let error = #expect(throws: ChainRegistryError.self) { try load(text) }
        #expect(error?.faults.map(\.key) == [key])
    }

    @Test func aV3DexTakesNoFeeAndAV2DexNeedsOne() {
        let row = """
            [[dex]]
            name = "a"
            factory = "0x00000000000000000000000000000000000000a1"
            init_code_hash = "0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f"

            """
        #expect(faults(Self.minimal + row + "protocol = \"uniswap-v3\"\nfee_pips = 3000").map { $0.contains("dex[0].fee_pips is given") } == [true])
        #expect(faults(Self.minimal + row + "protocol = \"uniswap-v2\"").map { $0.contains("dex[0].fee_pips is missing") } == [true])
    }

    @Test func amountsAreExact() {
        #expect(TableReader.wei("25 gwei") == U256(25_000_000_000 as UInt64))
        #expect(TableReader.wei("0.05 gwei") == U256(50_000_000 as UInt64))
        #expect(TableReader.wei("1.000000000000000001 ether") == U256(decimal: "1000000000000000001"))
        #expect(TableReader.wei("7") == 7)
        for bad in ["", "1.0", "-1", "1e18", "1 eth", "0.0000000001 gwei", ".5 gwei", "1. gwei", "1 2 wei", "0x10", "9".repeated(78)] {
            #expect(TableReader.wei(bad) == nil, "\(bad)")
        }
    }

    @Test func noTextTrapsTheReader() throws {
        var generator = SeededGenerator()
        let seedText = Array(try Repository.text("ethereum").utf8)
        let alphabet = Array("[]{}=\"'#.,\\\n\t 0123456789abcdefxEn-+_:TZ\u{0}é".utf8)
        for round in 0..<400 {
            var bytes = seedText
            if round % 4 == 0 { bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 } }
            for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = alphabet.randomElement(using: &generator) ?? 0
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + 40))
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if let chain = try? Chain(toml: text, named: "ethereum", origin: .chainFile("fuzz")) { #expect(chain.name == "ethereum") }
        }
        for depth in [10, 1000, 100_000] {
            #expect(throws: ChainRegistryError.self) { try load("a = " + "[".repeated(depth)) }
            #expect(throws: ChainRegistryError.self) { try load("a = " + "{a=".repeated(depth)) }
        }
    }
}

extension String {
    func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
