import EVMCrypto
import EVMTypes
import Foundation
import Testing

@testable import KeyVault

@Suite struct KeystoreInteropTests {
    /// A Python with eth-keyfile and eth-account: `$MARTLET_KEYS_PYTHON`, else `.venv-keys` of the checkout.
    private var python: String? {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["MARTLET_KEYS_PYTHON"]
        let path = named ?? root.appendingPathComponent(".venv-keys/bin/python").path
        if FileManager.default.isExecutableFile(atPath: path) { return path }
        print("skipped: no Python with eth-keyfile (Tests/Vectors/keystore/SOURCE.md tells how to make one)")
        return nil
    }

    @Test(arguments: [Keystore.Strength.light, .standard])
    func ourFilesOpenInEthKeyfileAndEthAccount(strength: Keystore.Strength) throws {
        guard let python else { return }
        let temporary = try TemporaryFolder()
        let password = "p\u{e4}ss \u{2603}"
        let file = try KeyFolder(path: temporary.path).add(
            key(sampleKey), password: secret(password), strength: strength)
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let process = Process(), input = Pipe(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [tests.appendingPathComponent("Vectors/keystore/check_keystore.py").path, file]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data(password.utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text == "\(sampleKey) 0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b\n")
    }
}
