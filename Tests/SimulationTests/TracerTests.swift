import EVM
import EVMCodec
import EVMTypes
import Simulation
import Testing

/// A contract that calls the identity contract with 4 bytes, sends 5 wei to an account without code, asks a contract
/// that reverts, and logs. The expected trees are typed from geth's rules (`eth/tracers/native/call.go`).
@Suite struct TracerTests {
    static let caller = Address(high: 0, low: 0xcafe)
    static let sender = Address(high: 0, low: 0xaaaa)
    static let payee = Address(high: 0, low: 0xbbbb)
    static let reverter = Address(high: 0, low: 0xdddd)

    /// CALL(gas 0xffff, identity, 0, 0..4); CALL(0xffff, payee, 5 wei); STATICCALL(0xffff, reverter); LOG0(0, 0);
    /// SLOAD(1); STOP.
    static let code = bytes(
        "6000600060046000600060046" + "1ffff" + "f150" + "600060006000600060056" + "1bbbb" + "61ffff" + "f150"
            + "600060006000600061dddd61ffff" + "fa50" + "60006000a0" + "600154" + "5000")

    static func bytes(_ hex: String) -> [UInt8] { Hex.decode(hex) ?? [] }

    static func state() -> PinnedState {
        var state = PinnedState(unknown: .absent)
        state.setAccount(sender, AccountState(nonce: 3, balance: 1_000_000_000_000_000_000))
        state.setAccount(caller, AccountState(nonce: 1, balance: 100, codeHash: state.setCode(Self.code)))
        state.setStorage(caller, 1, 7)
        // Reverts with no data.
        state.setAccount(reverter, AccountState(nonce: 1, codeHash: state.setCode(bytes("60006000fd"))))
        return state
    }

    static let context = CallContext(
        rules: .ethereum(.prague, chainID: 1337), block: BlockEnvironment(number: 10, timestamp: 1_000))

    static let request = CallRequest(from: sender, to: caller, gas: 200_000)

    func trace(_ config: String) throws -> JSON {
        var machine = Machine(rules: Self.context.rules)
        let state = Self.state()
        let answer = machine.traceCall(
            Self.request, config: try TraceConfig(JSON.parse(config)), in: Self.context, on: state)
        guard case .done(let run) = answer else {
            Issue.record("not run: \(answer)")
            return .null
        }
        #expect(run.call.outcome.isSuccess)
        return run.json
    }

    @Test func callTreeNamesEveryCall() throws {
        let tree = try trace(#"{"tracer":"callTracer","tracerConfig":{"withLog":true}}"#)
        #expect(tree["type"] == "CALL")
        #expect(tree["gas"]?.quantityU64 == 200_000)
        #expect(tree["value"] == "0x0")
        let calls = tree["calls"]?.array ?? []
        try #require(calls.count == 3)
        #expect(calls[0]["to"]?.address == Address(high: 0, low: 4))
        // Identity: 15 and 3 a word.
        #expect(calls[0]["gasUsed"]?.quantityU64 == 18)
        #expect(calls[0]["input"] == "0x00000000")
        #expect(calls[1]["value"] == "0x5")
        // With the stipend.
        #expect(calls[1]["gas"]?.quantityU64 == 0xffff + 2_300)
        #expect(calls[1]["gasUsed"] == "0x0")
        #expect(calls[2]["type"] == "STATICCALL")
        #expect(calls[2]["value"] == nil)
        #expect(calls[2]["error"] == "execution reverted")
        #expect(calls[2]["gasUsed"]?.quantityU64 == 6)
        #expect(tree["logs"]?[0]?["position"] == "0x3")
    }

    @Test func onlyTopCallHasNoCalls() throws {
        let tree = try trace(#"{"tracer":"callTracer","tracerConfig":{"onlyTopCall":true}}"#)
        #expect(tree["calls"] == nil)
        #expect(tree["to"]?.address == Self.caller)
    }

    @Test func prestateHasWhatWasLookedAt() throws {
        let accounts = try trace(#"{"tracer":"prestateTracer"}"#)
        #expect(accounts[Self.sender.hex]?["nonce"]?.int == 3)
        #expect(accounts[Self.caller.hex]?["storage"]?[U256(1 as UInt64).paddedHex]?.hash32?.word == 7)
        #expect(accounts[Self.reverter.hex]?["code"] == "0x60006000fd")
        // Did not exist.
        #expect(accounts[Self.payee.hex] == nil)
    }

    @Test func diffHasBothSides() throws {
        let difference = try trace(#"{"tracer":"prestateTracer","tracerConfig":{"diffMode":true}}"#)
        #expect(difference["pre"]?[Self.caller.hex]?["balance"] == "0x64")
        #expect(difference["post"]?[Self.caller.hex]?["balance"] == "0x5f")
        #expect(difference["post"]?[Self.payee.hex]?["balance"] == "0x5")
        #expect(difference["pre"]?[Self.payee.hex] == nil)
        #expect(difference["pre"]?[Self.reverter.hex] == nil)
        #expect(difference["post"]?[Self.sender.hex]?["nonce"]?.int == 4)
    }

    @Test func structLogsCostWhatCallsAreGiven() throws {
        let steps = try trace("{}")["structLogs"]?.array ?? []
        let calls = steps.filter { $0["op"] == "CALL" }
        try #require(calls.count == 2)
        // Warm precompile and 3 for a word of memory, and what goes along.
        #expect(calls[0]["gasCost"]?.int == 0xffff + 100 + 3)
        // Cold account, value, new account, and what goes along without the stipend.
        #expect(calls[1]["gasCost"]?.int == 0xffff + 2_600 + 9_000 + 25_000)
        let load = try #require(steps.first { $0["op"] == "SLOAD" })
        #expect(load["storage"]?[U256(1 as UInt64).paddedHex]?.hash32?.word == 7)
        #expect(load["gasCost"]?.int == 2_100)
        #expect(steps.filter { $0["depth"]?.int == 2 }.map { $0["op"]?.string } == ["PUSH1", "PUSH1", "REVERT"])
    }

    @Test func otherTracersAreRefusedByName() {
        #expect(throws: SimulationError.self) { try TraceConfig(["tracer": "4byteTracer"]) }
    }
}
