import EVMTypes
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

    private static let a1 = "00000000000000000000000000000000000000a1"

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
        #expect(lines.contains("test.toml:12: block_time is not a known key; expected \"block_time_ms\""))
        #expect(lines.contains("test.toml:19: dex[0].fee_bps is not a known key; expected \"fee_pips\""))
        #expect(
            lines.contains {
                $0.hasPrefix("test.toml:20: dex[0].colour is not a known key; expected one of create2_sender, enabled")
            })
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
            "name", "chain_id", "native_symbol", "rpc_env", "block_time_ms", "reorg_depth", "tx_gas_cap", "fee_model",
            "mempool", "submission",
            "settlement_tokens", "wrapped_native", "executor", "min_priority_fee",
        ]
        for key in keys { #expect(lines.contains { $0.contains(": \(key) ") }, "\(key)") }
        #expect(lines.contains("test.toml:2: chain_id is 0; expected an integer from 1 to 9223372036854775807"))
        #expect(lines.contains("test.toml: reorg_depth is missing; expected an integer from 1 to 100000"))
        #expect(!lines.joined().contains("0123456789abcdef"))
    }

    @Test func aWrongChecksumIsRefusedAndTheRightOneNamed() {
        let lines = faults(
            Self.minimal.replacing(
                "fee_model", with: "executor = \"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756CC2\"\nfee_model"))
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
        #expect(error?.description == "test.toml:2: column 12 a value is missing; expected TOML 1.0")
    }

    @Test func aRepeatedKeyIsMalformed() {
        let error = #expect(throws: ChainRegistryError.self) { try load(Self.minimal + "chain_id = 6\n") }
        #expect(error?.code == .malformed)
    }

    @Test(arguments: [
        (
            "[[token]]\nsymbol = \"A\"\naddress = \"0x00000000000000000000000000000000000000a1\"\ndecimals = 37",
            "token[0].decimals"
        ),
        ("[[relay]]\nname = \"r\"\nkind = \"flashbots\"\nurl = \"https://user:pw@relay.example/\"", "relay[0].url"),
        ("[[relay]]\nname = \"r\"\nkind = \"flashbots\"\nurl = \"https://relay.example/?key=abc\"", "relay[0].url"),
        ("[[relay]]\nname = \"r\"\nkind = \"sequencer\"\nurl = \"https://relay.example\"", "relay[0].kind"),
        (
            "[[router]]\nname = \"r\"\nkind = \"uniswap-v2\"\naddress = \"0x\(a1)\"\nv2_dex = \"no\"",
            "router[0].v2_dex"
        ),
        (
            "[[router]]\nname = \"r\"\nkind = \"uniswap-v2\"\naddress = \"0x00000000000000000000000000000000000000a1\"",
            "router[0].v2_dex"
        ),
        (
            "[[flash_lender]]\nname = \"r\"\nkind = \"dydx\"\naddress = \"0x00000000000000000000000000000000000000a1\"",
            "flash_lender[0].kind"
        ),
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
        #expect(
            faults(Self.minimal + row + "protocol = \"uniswap-v3\"\nfee_pips = 3000").map {
                $0.contains("dex[0].fee_pips is given")
            } == [true])
        #expect(
            faults(Self.minimal + row + "protocol = \"uniswap-v2\"").map { $0.contains("dex[0].fee_pips is missing") }
                == [true])
    }

    @Test func amountsAreExact() {
        #expect(TableReader.wei("25 gwei") == U256(25_000_000_000 as UInt64))
        #expect(TableReader.wei("0.05 gwei") == U256(50_000_000 as UInt64))
        #expect(TableReader.wei("1.000000000000000001 ether") == U256(decimal: "1000000000000000001"))
        #expect(TableReader.wei("7") == 7)
        for bad in [
            "", "1.0", "-1", "1e18", "1 eth", "0.0000000001 gwei", ".5 gwei", "1. gwei", "1 2 wei", "0x10",
            "9".repeated(78),
        ] {
            #expect(TableReader.wei(bad) == nil, "\(bad)")
        }
    }
}

extension String {
    func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
