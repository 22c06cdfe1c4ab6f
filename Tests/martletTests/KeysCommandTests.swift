import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import Testing

/// The built `martlet` beside the test bundle, run as a person would.
struct CommandRun {
    let status: Int32
    let output: String
    let errors: String

    /// Runs `martlet` with `arguments`, `input` on standard input and no terminal. Blocks.
    static func martlet(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) throws -> CommandRun {
        let process = Process(), standardInput = Pipe(), output = Pipe(), errors = Pipe()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("martlet")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        standardInput.fileHandleForWriting.write(Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        // All outputs here are far below a pipe's 64 KiB, so reading one after the other cannot block the command.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let faults = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return CommandRun(status: process.terminationStatus, output: text, errors: faults)
    }

    var json: JSON? { try? JSON.parse(output.trimmingCharacters(in: .whitespacesAndNewlines)) }
}

@Suite(.serialized) struct KeysCommandTests {
    private let folder: String
    private let password: String
    private static let key = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
    private static let address = "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b"

    init() throws {
        folder = NSTemporaryDirectory() + "martlet-cli-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        password = try Self.file(folder + "/password", "pass word\n")
    }

    @discardableResult
    private static func file(_ path: String, _ text: String, mode: Int = 0o600) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    private func keys(_ arguments: String..., input: String = "") throws -> CommandRun {
        try CommandRun.martlet(["keys"] + arguments + ["--keys-dir", folder + "/keys"], input: input)
    }

    @Test func aNewKeyIsListedAndSigns() throws {
        let made = try keys("new", "--light", "--password-file", password, "--json")
        #expect(made.status == 0 && made.errors.isEmpty, "\(made)")
        let address = try #require(made.json?["address"]?.string)
        let path = try #require(made.json?["path"]?.string)
        #expect(path.hasPrefix(folder + "/keys/UTC--") && path.hasSuffix(address.dropFirst(2).lowercased()))
        let listed = try keys("list", "--json")
        #expect(listed.json?["keys"]?[0] == ["address": .string(address), "path": .string(path), "private": true])
        let signed = try keys("sign-message", "hello", "--password-stdin", "--json", input: "pass word")
        #expect(signed.status == 0)
        let signature = try #require(signed.json?["signature"]?.hexBytes.flatMap { Signature(bytes65: $0) })
        let signer = Secp256k1.recover(EIP191.personalHash(Array("hello".utf8)), signature)
        #expect(signer?.checksummed == address && signed.json?["address"]?.string == address)
        let other = try keys("new", "--light", "--password-file", password)
        #expect(other.status == 0 && !other.output.contains(address))
        #expect(
            try keys("sign-message", "hello", "--password-file", password).status == 2, "two keys: one must be named")
        let named = try keys("sign-message", "hello", "--address", address, "--password-file", password)
        #expect(named.output == "address:   \(address)\nsignature: \(Hex.encode(signature.bytes65(v27: true)))\n")
    }

    @Test func aRawKeyIsImportedFromFileAndStdinAndNeverPrinted() throws {
        let raw = try Self.file(folder + "/raw", "0x\(Self.key)\n")
        let first = try keys("import", "--key-file", raw, "--light", "--password-file", password)
        #expect(first.status == 0 && first.output.hasPrefix(Self.address + "\t"))
        let again = try keys("import", "--key-stdin", "--light", "--password-file", password, input: Self.key)
        #expect(again.status == 5 && again.errors.contains("already"))
        for run in [first, again] { #expect(!(run.output + run.errors).contains(Self.key)) }
        let known = try keys(
            "import", "--key-stdin", "--light", "--password-file", password,
            input: String(repeating: "0", count: 63) + "1")
        #expect(known.status == 0 && known.errors.contains("published development key"))
    }

    @Test func aKeystoreFileIsTakenOverUnderAnotherPassword() throws {
        #expect(try keys("import", "--key-stdin", "--light", "--password-file", password, input: Self.key).status == 0)
        let source = try #require(try keys("list", "--json").json?["keys"]?[0]?["path"]?.string)
        let new = try Self.file(folder + "/new", "other")
        let elsewhere = ["--keys-dir", folder + "/second", "--light", "--password-file", password]
        let moved = try CommandRun.martlet(
            ["keys", "import", "--keystore", source, "--new-password-file", new] + elsewhere)
        #expect(moved.status == 0 && moved.output.contains(Self.address))
        let sign = ["keys", "sign-message", "x", "--keys-dir", folder + "/second", "--password-stdin"]
        #expect(try CommandRun.martlet(sign, input: "other").status == 0)
        #expect(try CommandRun.martlet(sign, input: "pass word").status == 5)
    }

    @Test func eachFailureIsOneLineAndItsDocumentedCode() throws {
        #expect(try keys("import", "--key-stdin", "--light", "--password-file", password, input: Self.key).status == 0)
        let path = try #require(try keys("list", "--json").json?["keys"]?[0]?["path"]?.string)
        func check(_ run: CommandRun, _ status: Int32, _ text: String, line: SourceLocation = #_sourceLocation) {
            #expect(run.status == status && run.errors.contains(text), "\(run)", sourceLocation: line)
            #expect(run.output.isEmpty && run.errors.split(separator: "\n").count == 1, "\(run)", sourceLocation: line)
        }
        check(try keys("sign-message", "x", "--password-stdin", input: "wrong"), 5, "wrong password")
        check(try keys("import", "--key-stdin", "--password-file", password, input: "xyz"), 2, "64 hex digits")
        check(try keys("import", "--key-stdin", "--password-file", folder + "/absent", input: Self.key), 1, "absent")
        check(try keys("new", "--light", "--password-stdin", input: ""), 2, "empty password")
        check(try keys("sign-message", "x", "--address", "0x12", "--password-file", password), 2, "--address")
        check(
            try keys(
                "sign-message", "x", "--address", "0x" + String(repeating: "1", count: 40), "--password-file",
                password),
            1, "no keystore of")
        let loose = try Self.file(folder + "/loose", "pass word", mode: 0o644)
        check(try keys("sign-message", "x", "--password-file", loose), 5, "chmod 600")
        try Self.file(path, String(try String(contentsOfFile: path, encoding: .utf8).prefix(100)))
        check(try keys("sign-message", "x", "--keystore", path, "--password-file", password), 3, "not JSON")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        check(try keys("sign-message", "x", "--keystore", path, "--password-file", password), 5, "chmod 600")
        let empty = try CommandRun.martlet(["keys", "list", "--keys-dir", folder + "/nowhere"])
        check(empty, 1, "nowhere")
        let both = try keys("import", "--key-stdin", "--password-stdin", input: Self.key)
        #expect(both.status == 2 && both.errors.contains("cannot both come from standard input"))
        #expect(try keys("sign-message").status == 2)
    }

    @Test func withoutATerminalThePromptSaysWhatToUseInstead() throws {
        // setsid takes the controlling terminal away, if the tests have one.
        let process = Process(), errors = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let binary = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(
            "martlet")
        process.arguments = ["setsid", "--wait", binary.path, "keys", "new", "--light", "--keys-dir", folder + "/keys"]
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 2 && text.contains("--password-file or --password-stdin"), "\(text)")
    }
}
