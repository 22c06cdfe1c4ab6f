import ArgumentParser
import Conformance
import EVM
import EVMCodec
import EVMTypes
import Foundation

/// `martlet evm run`: one frame, without a transaction around it.
struct EVMRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs EVM code once and prints what it returns.",
        discussion: """
            No transaction is around it: no intrinsic gas, no fees, no refund. Value moves from sender to receiver, \
            and the sender is given it. Without --code and --file the receiver's code of --prestate runs.
            Exit codes: 0 it ended well, 1 it failed or reverted, 2 bad usage.
            """)

    @Option(help: "The code, in hex.") var code: String?
    @Option(help: "A file with the code, in hex.") var file: String?
    @Option(help: "Calldata, in hex.") var input: String = ""
    @Option(help: "Gas it starts with.") var gas: UInt64 = 30_000_000
    @Option(help: "The rules, by the fork's name.") var fork: String = "Osaka"
    @Option(help: "Wei sent along, decimal or 0x.") var value: String = "0"
    @Option(help: "Who calls.") var sender: String = "0x000000000000000000000000000073656e646572"
    @Option(help: "The account that the code works on.") var receiver: String =
        "0x0000000000000000000000007265636569766572"
    @Option(help: "JSON of accounts by address, alone or as \"alloc\" or \"pre\".") var prestate: String?
    @Flag(help: "Write an EIP-3155 trace to stdout, which ends with the result.") var trace = false
    @Flag(help: "With --trace: the whole memory in every line.") var memory = false
    @Flag(help: "Print the result as JSON, with logs and changed slots.") var json = false

    func run() throws {
        let run = try checked()
        let sink: (([UInt8]) -> Void)? = trace ? { FileHandle.standardOutput.write(Data($0)) } : nil
        let answer: FrameRun.Answer
        do { answer = try run.run(withMemory: memory, trace: sink) } catch {
            throw CLIFailure(code: .failed, message: "\(error)")
        }
        if json, !trace { Terminal.out(answer.json.text) }
        if !json, !trace {
            Terminal.out("output:   \(Hex.encode(answer.output))\ngas used: \(answer.gasUsed)")
            if let error = answer.halt.gethText { Terminal.out("error:    \(error)") }
        }
        if !answer.halt.isSuccess { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private func checked() throws(CLIFailure) -> FrameRun {
        func refuse(_ message: String) -> CLIFailure { CLIFailure(code: .badUsage, message: message) }
        func address(_ text: String, _ option: String) throws(CLIFailure) -> Address {
            guard let address = Address(hex: text) else {
                throw refuse("\(option) takes an address (0x and 40 hex digits), not \"\(text.prefix(80))\"")
            }
            return address
        }
        guard let rules = TestFork.meant(by: fork) else {
            throw refuse(
                "--fork \(fork): no such fork; known are \(TestFork.names.map(\.name).joined(separator: ", "))")
        }
        guard let input = Hex.decode(input) else { throw refuse("--input is no hex of whole bytes") }
        guard let value = value.hasPrefix("0x") ? U256(hex: value) : U256(decimal: value) else {
            throw refuse("--value takes wei below 2^256, not \"\(value.prefix(80))\"")
        }
        guard gas <= UInt64(Int64.max) else { throw refuse("--gas must be below 2^63, not \(gas)") }
        var accounts: [TestAccount] = []
        do {
            accounts = try prestate.map { path throws(TestFileError) in try TestAccount.state(file: path) } ?? []
        } catch { throw refuse("--prestate: \(error)") }
        let receiver = try address(receiver, "--receiver"), sender = try address(sender, "--sender")
        let code = try codeBytes() ?? accounts.first { $0.address == receiver }?.code
        guard let code else { throw refuse("give --code, --file, or a --prestate in which the receiver has code") }
        var call = FrameCall(code: code, input: input, gas: gas, receiver: receiver, sender: sender, value: value)
        call.transfersValue = true
        var run = FrameRun(call: call)
        run.fork = rules
        run.accounts = TestAccount.giving(value, to: sender, in: TestAccount.setting(code, of: receiver, in: accounts))
        return run
    }

    private func codeBytes() throws(CLIFailure) -> [UInt8]? {
        if code != nil, file != nil { throw CLIFailure(code: .badUsage, message: "give --code or --file, not both") }
        if let code {
            guard let bytes = Hex.decode(code) else {
                throw CLIFailure(code: .badUsage, message: "--code is no hex of whole bytes")
            }
            return bytes
        }
        guard let file else { return nil }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CLIFailure(code: .badUsage, message: "--file \(file): cannot be read")
        }
        let text = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
        guard let bytes = Hex.decode(text) else {
            throw CLIFailure(code: .badUsage, message: "--file \(file): is no hex of whole bytes")
        }
        return bytes
    }
}
