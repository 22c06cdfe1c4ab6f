import EVM
import EVMCodec
import EVMTypes
import Simulation
import Testing

@Suite struct CallRequestTests {
    @Test func inputAndDataMustAgree() throws {
        let json = try JSON.parse(#"{"data":"0x01","input":"0x02"}"#)
        #expect(throws: SimulationError.self) { try CallRequest(json) }
        let same = try CallRequest(JSON.parse(#"{"data":"0x01","input":"0x01"}"#))
        #expect(same.data == [1])
    }
}
