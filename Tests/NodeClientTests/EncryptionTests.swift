import EVMCodec
import Foundation
import NIOSSL
import Testing

@testable import NodeClient

/// A certificate authority of one certificate, made by the `openssl` command for this run.
private struct Certificate {
    let file: String
    let context: NIOSSLContext

    /// nil, after saying so, when the command is missing.
    init?() throws {
        let folder = NSTemporaryDirectory() + "martlet-tls-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let arguments =
            "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            arguments.split(separator: " ").map(String.init) + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            print("skipped: TLS tests need the openssl command")
            return nil
        }
        file = folder + "/cert.pem"
        let chain = try NIOSSLCertificate.fromPEMFile(file).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: folder + "/key.pem", format: .pem)
        context = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }
}

@Suite(.timeLimit(.minutes(1))) struct EncryptionTests {
    @Test func certificatesAreCheckedForHTTPSAndWebSockets() async throws {
        guard let certificate = try Certificate() else { return }
        let peer = try await FakePeer.start(
            tls: certificate.context,
            script: .init(request: { input, _ in FakePeer.reply(FakePeer.result(input.id, "\"0x539\""), to: input) }))
        for host in ["localhost", "127.0.0.1"] {
            for isTrusted in [true, false] {
                let roots = isTrusted ? certificate.file : nil
                let http = try RPCClient(
                    EndpointConfig(try EndpointURL("https://\(host):\(peer.port)"), tlsRootsFile: roots))
                let socket = try SocketSession(
                    SocketSession.Options(
                        endpoints: [EndpointConfig(try EndpointURL("wss://\(host):\(peer.port)"), tlsRootsFile: roots)],
                        chainID: 1337))
                socket.start()
                for client in [http, RPCClient(socket)] {
                    if isTrusted {
                        #expect(try await within { try await client.chainID() } == 1337)
                    } else {
                        let error = await nodeError { try await within { _ = try await client.chainID() } }
                        // The session may be between two attempts when it is asked.
                        #expect(error?.code == .connectFailed || error?.code == .notConnected)
                        #expect(error?.delivery == .notSent)
                    }
                }
                socket.close()
            }
        }
        await peer.stop()
    }

    @Test func compressedAnswersAreReadAndBombsRefused() async throws {
        func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
            let process = Process()
            let (input, output) = (Pipe(), Pipe())
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["gzip", "-c"]
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            // The output stays below a pipe's buffer, so writing first cannot block both ends.
            input.fileHandleForWriting.write(Data(bytes))
            try input.fileHandleForWriting.close()
            let out = Array(output.fileHandleForReading.readDataToEndOfFile())
            process.waitUntilExit()
            return out
        }
        let good = try gzip(Array(FakePeer.result("1", "\"0x539\"").utf8))
        let bomb = try gzip(Array(repeating: 0x20, count: 4 << 20))
        let peer = try await FakePeer.start(
            script: .init(request: { input, _ in
                let body = input.path == "/bomb" ? bomb : good
                let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n"
                return [.bytes(Array(head.utf8) + body)]
            }))
        #expect(try await RPCClient(try endpoint(peer.http)).chainID() == 1337)
        #expect(peer.inputs.first?.header("accept-encoding")?.contains("gzip") == true)
        let error = await nodeError { _ = try await RPCClient(try endpoint(peer.http + "/bomb")).chainID() }
        #expect(error?.code == .responseTooLarge, "\(bomb.count) bytes become 4 MiB")
        await peer.stop()
    }
}
