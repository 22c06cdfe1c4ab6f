import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault
import NodeClient
import Testing

@testable import Signers

/// Against a local server that speaks web3signer's documented shapes over TLS with client certificates, and lies on
/// request.
@Suite(.serialized) struct Web3SignerTests {
    /// The server with its certificates; ended with the object.
    private final class Server {
        let folder: TemporaryFolder, port: Int
        private let process = Process()

        init?() throws {
            let file = URL(fileURLWithPath: #filePath)
            let root = file.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            let python =
                ProcessInfo.processInfo.environment["MARTLET_KEYS_PYTHON"] ?? root.path + "/.venv-keys/bin/python"
            guard FileManager.default.isExecutableFile(atPath: python) else {
                print("skipped: web3signer needs a Python with eth-account (scripts/test-keys.sh makes .venv-keys)")
                return nil
            }
            folder = try TemporaryFolder()
            let at = folder.path
            for (name, subject) in [
                ("server", "/CN=127.0.0.1"), ("client", "/CN=martlet"), ("stranger", "/CN=stranger"),
            ] {
                try run(
                    "openssl",
                    [
                        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        "2",
                        "-subj", subject, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(at)/\(name).key",
                        "-out", "\(at)/\(name).pem",
                    ])
            }
            let pipe = Pipe()
            process.executableURL = URL(fileURLWithPath: python)
            process.arguments = [
                root.path + "/Tests/EndToEnd/web3signer_server.py", secretHex, "\(at)/server.pem",
                "\(at)/server.key",
                "\(at)/client.pem",
            ]
            process.standardOutput = pipe
            process.standardError = FileHandle.nullDevice
            try process.run()
            let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
            guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else { return nil }
            self.port = port
        }

        deinit {
            // SIGTERM may be blocked in a child of a test's thread.
            kill(process.processIdentifier, SIGKILL)
        }

        func signer(_ door: Web3Signer.Door, lie: String = "", client: String? = "client", roots: Bool = true) throws
            -> Web3Signer
        {
            let path = lie.isEmpty ? "" : "/lie-\(lie)"
            var configuration = Web3Signer.Configuration(url: "https://127.0.0.1:\(port)\(path)", door: door)
            configuration.tlsRootsFile = roots ? folder.path + "/server.pem" : nil
            configuration.clientCertificate = client.map {
                ClientCertificate(certificateFile: "\(folder.path)/\($0).pem", keyFile: "\(folder.path)/\($0).key")
            }
            return try Web3Signer(configuration, gate: try PolicyGate(policy: rules(testKey().address)))
        }
    }

    @Test func bothDoorsSignWhatTheKeyItselfSigns() async throws {
        guard let server = try Server() else { return }
        let local = try LocalSigner(key: testKey(), policy: rules(testKey().address))
        let rest = try server.signer(.rest), rpc = try server.signer(.jsonRPC)
        for request in try everyKind() {
            #expect(await rest.sign(request).signature == local.answer(request).signature)
        }
        var inexpressible = 0
        for request in try everyKind() {
            let outcome = await rpc.sign(request)
            if case .unavailable(let text) = outcome {
                #expect(text.contains("use its REST door"))
                inexpressible += 1
            } else {
                #expect(outcome.signature == local.answer(request).signature)
            }
        }
        #expect(inexpressible == 3)
        #expect(await rest.sign(.transaction(transaction { $0.to = .zero }, .bundle)).reason == "recipient-not-allowed")
    }

    @Test func everyLieIsCaught() async throws {
        guard let server = try Server() else { return }
        for lie in ["other-key", "other-data", "high-s", "short"] {
            let outcome = await (try server.signer(.rest, lie: lie)).sign(.transaction(transaction(), .bundle))
            #expect(outcome.reason == "signer-untrustworthy", "\(lie): \(outcome)")
        }
        for lie in ["to", "value", "gas", "nonce", "data", "maxFeePerGas", "chainId", "other-key", "garbage"] {
            let outcome = await (try server.signer(.jsonRPC, lie: lie)).sign(.transaction(transaction(), .bundle))
            #expect(outcome.reason == "signer-untrustworthy", "\(lie): \(outcome)")
        }
    }

    @Test func withoutTheRightCertificatesNothingIsSigned() async throws {
        guard let server = try Server() else { return }
        for signer in [
            try server.signer(.rest, client: nil), try server.signer(.rest, client: "stranger"),
            try server.signer(.rest, roots: false),
        ] {
            #expect(await signer.sign(.message([1])).reason == "signer-unavailable")
        }
        #expect(await (try server.signer(.rest)).sign(.message([1])).signature != nil)
    }

    @Test func anAbsentServerPausesAndTheRequestIsNotedAsFailed() async throws {
        let gate = try PolicyGate(policy: rules(testKey().address))
        let signer = try Web3Signer(
            .init(url: "http://127.0.0.1:1", door: .rest, timeout: .milliseconds(500)), gate: gate)
        #expect(await signer.sign(.message([1])).reason == "signer-unavailable")
        #expect(throws: KeyVaultError.self) { try Web3Signer(.init(url: "ws://x"), gate: gate) }
    }
}
