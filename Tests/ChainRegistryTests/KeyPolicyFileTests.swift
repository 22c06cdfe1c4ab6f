import EVMCodec
import EVMTypes
import KeyVault
import Testing

@testable import ChainRegistry

@Suite struct KeyPolicyFileTests {
    private let text = """
        [[key]]
        address = "0x3535353535353535353535353535353535353535"
        role = "treasury"
        messages = true
        [[key.typed_data]]
        chain_id = 1
        contract = "0x3636363636363636363636363636363636363636"
        primary_type = "SafeTx"
        [[key.chain]]
        chain_id = 1
        routes = ["bundle", "public"]
        types = ["legacy", "dynamic-fee"]
        fee_per_gas_max = "30 gwei"
        gas_limit_max = 500000
        value_max = "0.5 ether"
        cost_day_max = "1 ether"
        transactions_hour_max = 3
        hours = ["06:00-22:30", "23:00-01:00"]
        alternatives_max = 7
        delegates = ["0x3737373737373737373737373737373737373737"]
        [[key.chain.target]]
        address = "0x3737373737373737373737373737373737373737"
        selectors = ["transfer(address,uint256)", "0x00000001", "transfer"]
        [[key.chain.target]]
        address = "0x3838383838383838383838383838383838383838"
        selectors = ["*"]
        value_max = 5
        [[key]]
        address = "0x3939393939393939393939393939393939393939"
        """

    @Test func everyRuleIsReadAndWrittenBack() throws {
        let policies = try KeyPolicyFile.parse(text, source: "policy.toml")
        #expect(policies.count == 2 && policies[0].role == .treasury && policies[0].allowsMessages)
        #expect(policies[0].typedData.map(\.primaryType) == ["SafeTx"])
        let chain = try #require(policies[0].chain(1))
        #expect(chain.routes == [.bundle, .public] && chain.kinds == [.legacy, .dynamicFee])
        #expect(chain.feePerGasWeiMax == 30_000_000_000 && chain.gasLimitMax == 500_000)
        #expect(chain.valueWeiMax == 500_000_000_000_000_000 && chain.day.costWeiMax == 1_000_000_000_000_000_000)
        #expect(chain.hour.transactionsMax == 3 && chain.hours.count == 2 && chain.alternativesMax == 7)
        #expect(chain.delegates.count == 1 && chain.nonceGapMax == 16)
        #expect(chain.targets[0].selectors == [0xa905_9cbb, 1] && chain.targets[0].allowsPlainTransfer)
        #expect(chain.targets[1].selectors == nil && chain.targets[1].valueWeiMax == 5)
        #expect(policies[1].chains.isEmpty && !policies[1].allowsMessages)
        #expect(try KeyPolicyFile.parse(KeyPolicyFile.render(policies), source: "again") == policies)
    }

    @Test func whatIsWrongIsToldAllAtOnce() {
        let wrong = text.replacing("gas_limit_max", with: "gas_limit_mx").replacing("06:00-22:30", with: "6-22")
            .replacing("\"*\"", with: "\"run(\"").replacing("[\"bundle\", \"public\"]", with: "[\"bundle\", \"mail\"]")
            .replacing("0x39393939", with: "0x35353535").replacing("3939", with: "3535")
        do {
            _ = try KeyPolicyFile.parse(wrong, source: "policy.toml")
            Issue.record("faulty rules were taken")
        } catch {
            for part in ["gas_limit_mx", "gas_limit_max", "hours", "selectors", "routes", "is repeated"] {
                #expect(error.description.contains(part), "\(part) in \(error.description)")
            }
        }
    }
}
