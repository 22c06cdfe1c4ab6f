import Conformance
import EVMCodec
import Testing

@Suite struct WorkloadTests {
    @Test func `the program's own workloads report the gas and logs of the executable specification`() throws {
        var runner = WorkloadRunner()
        let workloads = try Workload.own()
        #expect(workloads.count == 9)
        for workload in workloads {
            let result = runner.measure(workload, samples: 1)
            #expect(result.problem == nil, "\(workload.name): \(result.problem ?? "")")
            #expect(result.nanoseconds.isFinite && result.nanoseconds > 0)
            #expect(result.json["gas"]?.uint64 == workload.expectedGas)
        }
    }

    @Test func `a wrong gas is named and not timed`() throws {
        var runner = WorkloadRunner()
        var workload = try Workload.own()[0]
        workload.expectedGas += 1
        let result = runner.measure(workload, samples: 1)
        #expect(result.problem == "gas 21000, must be 21001")
        #expect(result.json["ns"]?.isNull == true)
    }

    @Test func `a workload file that is not one is refused by name`() {
        for (text, part) in [
            ("[", "JSON"), ("{}", "caller, fork, block or cases"),
            (
                #"{"caller":"0x00000000000000000000000000000000000000aa","fork":"Cancun","block":{"number":1,"#
                    + #""timestamp":1,"gas_limit":1,"coinbase":"0x00000000000000000000000000000000000000bb","#
                    + #""basefee":0},"cases":[{"name":"x"}]}"#, "case x is malformed"
            ),
        ] {
            do {
                _ = try Workload.read(Array(text.utf8))
                Issue.record("accepted \(text)")
            } catch {
                #expect(error.description.contains(part))
            }
        }
    }
}
