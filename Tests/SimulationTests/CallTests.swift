import EVM
import EVMCodec
import EVMTypes
import Simulation
import Testing

@Suite struct CallTests {
    private func machine() -> Machine { Machine(rules: TracerTests.context.rules) }

    @Test func estimateIsEnoughAndClose() throws {
        var machine = machine()
        let state = TracerTests.state()
        var request = TracerTests.request
        request.gas = nil
        guard case .done(let gas) = machine.estimateGas(request, in: TracerTests.context, on: state) else {
            Issue.record("no estimate")
            return
        }
        request.gas = gas
        guard case .done(let call) = machine.call(request, in: TracerTests.context, on: state) else {
            Issue.record("not run")
            return
        }
        #expect(call.outcome.isSuccess)
        #expect(call.outcome.gasUsed <= gas)
    }

    @Test func plainTransferIs21000() {
        var machine = machine()
        let state = TracerTests.state()
        let request = CallRequest(from: TracerTests.sender, to: TracerTests.payee, value: 1)
        guard case .done(let gas) = machine.estimateGas(request, in: TracerTests.context, on: state) else {
            Issue.record("no estimate")
            return
        }
        #expect(gas == 21_000)
    }

    @Test func revertIsCode3() {
        var machine = machine()
        let state = TracerTests.state()
        let request = CallRequest(from: TracerTests.sender, to: TracerTests.reverter)
        guard case .failed(let error) = machine.estimateGas(request, in: TracerTests.context, on: state) else {
            Issue.record("did not fail")
            return
        }
        #expect(error.code == 3)
        #expect(error.message == "execution reverted")
        #expect(error.data == [])
    }

    @Test func poorSenderIsRefusedInGethsWords() {
        var machine = machine()
        let state = TracerTests.state()
        let request = CallRequest(from: TracerTests.payee, to: TracerTests.sender, value: 5, gas: 30_000)
        guard case .failed(let error) = machine.call(request, in: TracerTests.context, on: state) else {
            Issue.record("did not fail")
            return
        }
        #expect(error.message.hasPrefix("err: insufficient funds for gas * price + value: address 0x"))
        #expect(error.message.hasSuffix("have 0 want 5 (supplied gas 30000)"))
    }

    @Test func overridesAreTakenBack() throws {
        var machine = machine()
        let state = TracerTests.state()
        var context = TracerTests.context
        // SLOAD(1), return it.
        let code = Hex.encode(TracerTests.bytes("60015460005260206000f3"))
        let slot = U256(1 as UInt64).paddedHex
        func word(_ storage: String) throws -> U256 {
            let text = #"{"\#(TracerTests.caller.hex)":{"code":"\#(code)"\#(storage)}}"#
            context.stateOverrides = try StateOverrides.parse(JSON.parse(text))
            guard case .done(let call) = machine.call(TracerTests.request, in: context, on: state) else { return .max }
            return U256(bigEndian: call.output)
        }
        #expect(try word("") == 7)
        #expect(try word(#","stateDiff":{"\#(slot)":"\#(U256(9 as UInt64).paddedHex)"}"#) == 9)
        #expect(try word(#","state":{}"#) == 0)
        #expect(try word("") == 7)
        #expect(machine.account(TracerTests.caller, on: state)??.balance == 100)
    }

    @Test func accessListSettlesWithTheSlot() {
        var machine = machine()
        let state = TracerTests.state()
        guard case .done(let found) = machine.createAccessList(TracerTests.request, in: TracerTests.context, on: state)
        else {
            Issue.record("not run")
            return
        }
        #expect(found.error == nil)
        #expect(
            found.list == [
                AccessListEntry(address: TracerTests.payee, storageKeys: []),
                AccessListEntry(address: TracerTests.caller, storageKeys: [Hash32(1)]),
                AccessListEntry(address: TracerTests.reverter, storageKeys: []),
            ])
    }

    @Test func simulateV1TracesTransfers() throws {
        var machine = machine()
        let state = TracerTests.state()
        let payload = try JSON.parse(
            """
            {"blockStateCalls":[{"calls":[{"from":"\(TracerTests.sender.hex)","to":"\(TracerTests.caller.hex)"}]}],
             "traceTransfers":true}
            """)
        let answer = machine.simulateV1(
            try SimulateV1Request(payload), in: TracerTests.context, nextBaseFee: .zero, on: state)
        guard case .done(let blocks) = answer else {
            Issue.record("not run: \(answer)")
            return
        }
        #expect(blocks.count == 1)
        #expect(blocks[0].environment.number == 11)
        let logs = blocks[0].calls[0].logs
        #expect(logs.map(\.topics.count) == [3, 0])
        #expect(logs[0].data.last == 5)
    }
}
