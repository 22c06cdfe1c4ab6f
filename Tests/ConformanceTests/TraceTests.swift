import Conformance
import EVM
import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

/// EIP-3155 traces of single frames and of state tests.
@Suite struct TraceTests {
    private static let receiver = Address(high: 0, low: 0x7265_6365_6976_6572)
    private static let sender = Address(high: 0, low: 0x7365_6e64_6572)

    /// Collects what a trace writes.
    private final class Lines {
        var bytes: [UInt8] = []
        func json() throws -> [JSON] {
            try bytes.split(separator: UInt8(ascii: "\n")).map { try JSON.parse(Array($0)) }
        }
    }

    private func run(_ code: String, gas: UInt64 = 100_000, withMemory: Bool = false) throws -> (
        [JSON], FrameRun.Answer
    ) {
        let run = FrameRun(
            call: FrameCall(
                code: try #require(Hex.decode(code)), gas: gas, receiver: Self.receiver, sender: Self.sender))
        let lines = Lines()
        let answer = try run.run(withMemory: withMemory) { lines.bytes += $0 }
        #expect(try run.run(trace: nil).json == answer.json)
        return (try lines.json(), answer)
    }

    @Test func `a trace has geth's members, one line an instruction`() throws {
        let (lines, answer) = try run("0x604060200160005260206000f3")
        #expect(answer.output.last == 0x60 && answer.gasUsed == 24 && answer.halt == .return)
        #expect(lines.count == 9)
        #expect(
            lines[2].text
                == #"{"pc":4,"op":1,"gas":"0x1869a","gasCost":"0x3","memSize":0,"stack":["0x40","0x20"],"depth":1,"#
                + #""refund":0,"opName":"ADD"}"#)
        #expect(lines[4]["opName"] == "MSTORE" && lines[4]["gasCost"] == "0x6" && lines[4]["memSize"] == 0)
        #expect(lines[7]["opName"] == "RETURN" && lines[7]["memSize"] == 32)
        #expect(lines[8].text == #"{"output":"0x"# + String(repeating: "0", count: 62) + #"60","gasUsed":"0x18"}"#)
    }

    @Test func `memory and errors are told`() throws {
        let (lines, answer) = try run("0x60ff60005300fe", withMemory: true)
        #expect(answer.halt == .stop)
        #expect(lines[3]["memory"] == .string("0xff" + String(repeating: "0", count: 62)))
        let failing: [(code: String, error: String)] = [
            ("0x01", "stack underflow"), ("0xfe", "invalid opcode: INVALID"), ("0x0c", "invalid opcode"),
            ("0x600456", "invalid jump destination"), ("0x5b600056", "out of gas"),
            ("0x60006000fd", "execution reverted"),
        ]
        for test in failing {
            let (lines, answer) = try run(test.code, gas: 1_000)
            #expect(lines.last?["error"]?.string == test.error, "\(test.code)")
            #expect(lines.dropLast().last?["error"]?.string == test.error, "\(test.code)")
            #expect(answer.gasUsed == (answer.halt == .revert ? 6 : 1_000))
        }
    }

    @Test func `a value is moved, and a sender that lacks it is told`() throws {
        var run = FrameRun(
            call: FrameCall(code: [0x47, 0x60, 0, 0x55], gas: 100_000, receiver: Self.receiver, sender: Self.sender))
        run.call.value = U256(5 as UInt64)
        run.call.transfersValue = true
        #expect(try run.run(trace: nil).halt == .insufficientBalance)
        run.accounts = TestAccount.giving(U256(5 as UInt64), to: Self.sender, in: [])
        let answer = try run.run(trace: nil)
        #expect(answer.halt == .stop)
        let change = try #require(answer.changes.first { $0.address == Self.receiver })
        #expect(change.storage.first?.after == U256(5 as UInt64) && change.after?.balance == U256(5 as UInt64))
    }

    @Test func `every step is the executable specification's`() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/statetest/good.json").path
        let lines = Lines()
        _ = ConformanceReport.tracedStateTests([path], ConformanceOptions(), withMemory: false) { lines.bytes += $0 }
        // A refused transaction has no step, and EELS no line for it.
        let ours = try lines.json().filter { $0["name"]?.string != "refused_nonce" }.map { line -> String in
            guard let pc = line["pc"]?.int else {
                let output = line["output"]?.string?.dropFirst(2) ?? ""
                return "end \(output.isEmpty ? "-" : String(output))"
            }
            let stack = (line["stack"]?.array ?? []).compactMap(\.string).joined(separator: ",")
            let fields = ["op", "memSize", "depth", "refund"].map { String(line[$0]?.int ?? -1) }
            let gas = ["gas", "gasCost"].map { line[$0]?.string ?? "" }
            return "\(pc) \(fields[0]) \(gas[0]) \(gas[1]) \(fields[1]) \(fields[2]) \(fields[3]) "
                + (stack.isEmpty ? "-" : stack)
        }
        let theirs = try OwnVectors.fields("statetest/trace.txt").map { fields in
            // EELS's last line counts the gas of the frame, ours that of the transaction.
            fields[0] == "end" ? "end \(fields[1])" : fields.joined(separator: " ")
        }
        #expect(ours.count == theirs.count)
        for (index, (our, their)) in zip(ours, theirs).enumerated() where our != their {
            Issue.record("step \(index): \(our), expected \(their)")
            break
        }
        print("vectors statetest/trace.txt: \(theirs.count) lines agree with EELS")
    }

    @Test func `a traced state test gives the same results and a last line each`() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/statetest/good.json").path
        var options = ConformanceOptions()
        options.keepsResults = true
        let lines = Lines()
        let traced = ConformanceReport.tracedStateTests([path], options, withMemory: false) { lines.bytes += $0 }
        #expect(traced.results == ConformanceReport.stateTests([path], options).results)
        let json = try lines.json()
        #expect(json.filter { $0["stateRoot"] != nil }.count == traced.passed)
        #expect(json.allSatisfy { $0["pass"] == nil || $0["pass"] == true })
    }
}
