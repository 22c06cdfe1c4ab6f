import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault
import TestSupport
import Testing

@testable import Signers

/// A server on a thread of its own, ended with the object.
final class RunningServer: Sendable {
    let server: SignerServer
    let path: String
    init(_ path: String, _ signers: [LocalSigner], users: Set<UInt32> = [geteuid()]) throws {
        server = SignerServer(signers, users: users)
        self.path = path
        let ready = DispatchSemaphore(value: 0), ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [server] in
            do throws(KeyVaultError) { try server.run(path) { ready.signal() } } catch { ready.signal() }
            ended.signal()
        }
        self.ended = ended
        ready.wait()
    }
    private let ended: DispatchSemaphore
    func end() {
        server.end()
        ended.wait()
        ended.signal()
    }
    deinit { end() }
}

@Suite struct SocketSignerTests {
    private func local(audit: String? = nil) throws -> LocalSigner {
        try LocalSigner(key: testKey(), policy: rules(testKey().address), audit: audit)
    }

    @Test func everyKindIsSignedAsByTheKeyItself() async throws {
        let folder = try TemporaryFolder(), local = try local()
        let running = try RunningServer(folder.path + "/s", [try self.local()])
        let remote = SocketSigner(address: local.address, path: running.path)
        #expect(try remote.accounts() == [local.address])
        for request in try everyKind() {
            let signature = await remote.sign(request).signature
            #expect(signature != nil && signature == local.answer(request).signature)
        }
        let mode = try FileManager.default.attributesOfItem(atPath: running.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func refusalsKeepTheirReasons() async throws {
        let folder = try TemporaryFolder()
        let running = try RunningServer(folder.path + "/s", [try local()])
        let remote = SocketSigner(address: testKey().address, path: running.path)
        let cases: [(String, Transaction)] = [
            ("chain-not-allowed", transaction { $0.chainID = 5 }),
            ("recipient-not-allowed", transaction { $0.to = .zero }),
            ("selector-not-allowed", transaction { $0.data = [1, 2, 3, 4] }),
            ("already-signed", transaction { $0.signature = Signature(r: 1, s: 1, yParity: 0) }),
        ]
        for (reason, transaction) in cases {
            #expect(await remote.sign(.transaction(transaction, .bundle)).reason == reason)
        }
        let stranger = SocketSigner(address: executor, path: running.path)
        #expect(await stranger.sign(.message([1])).reason == "key-without-policy")
        remote.pause()
        #expect(await remote.sign(.message([1])).reason == "signing-paused")
        remote.resume()
        #expect(await remote.sign(.message([1])).signature != nil)
    }

    @Test func aSignerThatIsGoneIsFoundAgain() async throws {
        let folder = try TemporaryFolder(), path = folder.path + "/s"
        let remote = SocketSigner(address: testKey().address, path: path)
        let absent = await remote.sign(.message([1]))
        #expect(absent.reason == "signer-unavailable" && absent.text?.contains("cannot be reached") == true)
        for _ in 0..<3 {
            let running = try RunningServer(path, [try local()])
            #expect(await remote.sign(.message([1])).signature != nil)
            running.end()
            #expect(await remote.sign(.message([1])).reason == "signer-unavailable")
        }
        // A socket file that a killed signer left behind is taken over.
        let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(UnixStream.withAddress(path) { bind(stale, $0, $1) } == 0)
        close(stale)
        let running = try RunningServer(path, [try local()])
        #expect(await remote.sign(.message([1])).signature != nil)
        // A second one on the same path is refused.
        let second = SignerServer([try local()])
        #expect(throws: KeyVaultError.self) { try second.run(path) }
        _ = running
    }

    @Test func garbageEndsItsConnectionAndNothingElse() async throws {
        let folder = try TemporaryFolder()
        let running = try RunningServer(folder.path + "/s", [try local()])
        let remote = SocketSigner(address: testKey().address, path: running.path)
        var random = SeededGenerator(seed: 11)
        let good = SignerFrame(
            .sign, id: 1,
            body: testKey().address.bytes + (SignerContent.encode(.transaction(transaction(), .bundle)) ?? []))
        for round in 0..<300 {
            var bytes = good.bytes
            switch round % 4 {
            case 0:
                bytes = (0..<Int.random(in: 1...200, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            case 1:
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            default: bytes = [0xff, 0xff, 0xff, 0xff]
            }
            guard let stream = UnixStream.connect(running.path) else { continue }
            _ = stream.write(bytes, whole: 500)
            shutdown(stream.descriptor, Int32(SHUT_WR))
            var reader = FrameReader()
            if case .frame(let frame) = reader.next(stream, first: 3_000, whole: 3_000), frame.kind == .signed {
                // Only a change of the id, or none that matters, leaves a request that may be signed.
                let request = try #require(SignerContent.decode(bytes[(4 + 10 + 20)...]))
                #expect(
                    Secp256k1.recover(request.digest, try #require(Signature(bytes65: frame.body))) == testKey().address
                )
            }
        }
        #expect(await remote.sign(.message([1])).signature != nil)
        #expect(running.server.snapshot.malformed > 0)
    }

    @Test func slowAndManyConnectionsDoNotStopTheOthers() async throws {
        let folder = try TemporaryFolder()
        let running = try RunningServer(folder.path + "/s", [try local()])
        let remote = SocketSigner(address: testKey().address, path: running.path)
        #expect(await remote.sign(.message([1])).signature != nil)
        // More connections than there is room for, each with half a frame; the one that was there first goes on.
        var idle: [Int32] = []
        for _ in 0..<40 {
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            if UnixStream.withAddress(running.path, { connect(descriptor, $0, $1) }) == 0 {
                _ = [UInt8](arrayLiteral: 0, 0).withUnsafeBytes {
                    // A connection that was turned away is closed by now: no SIGPIPE for that.
                    send(descriptor, $0.baseAddress, 2, Int32(MSG_NOSIGNAL))
                }
            }
            idle.append(descriptor)
        }
        for _ in 0..<50 { #expect(await remote.sign(.message([1])).signature != nil) }
        // Half frames are dropped after two seconds, which makes room again.
        try await Task.sleep(for: .seconds(3))
        let late = SocketSigner(address: testKey().address, path: running.path)
        #expect(await late.sign(.message([1])).signature != nil)
        #expect(running.server.snapshot.turnedAway > 0)
        for descriptor in idle { close(descriptor) }
    }

    @Test func otherUsersAreTurnedAway() async throws {
        let folder = try TemporaryFolder()
        let running = try RunningServer(folder.path + "/s", [try local()], users: [geteuid() + 1])
        let remote = SocketSigner(address: testKey().address, path: running.path)
        #expect(await remote.sign(.message([1])).reason == "signer-unavailable")
        let open = try RunningServer(folder.path + "/t", [try local()])
        let suspicious = SocketSigner(address: testKey().address, path: open.path, users: [geteuid() + 1])
        #expect(await suspicious.sign(.message([1])).text?.contains("another user") == true)
    }

    @Test func framesAndContentsReadBack() throws {
        for request in try everyKind() {
            let bytes = try #require(SignerContent.encode(request.content))
            #expect(SignerContent.decode(bytes[...])?.digest == request.digest)
            let frame = SignerFrame(.sign, id: 7, body: bytes)
            #expect(SignerFrame(frame.bytes[4...]) == frame)
        }
        #expect(SignerFrame([2, 1, 0, 0, 0, 0, 0, 0, 0, 1]) == nil && SignerFrame([1, 1]) == nil)
        #expect(SignerContent.decode([][...]) == nil && SignerContent.decode([9, 1][...]) == nil)
    }

    /// A signer that answers late, twice at once, or stands still: every caller gets its own answer, or a reason.
    @Test func lateAnswersReachTheirCallers() async throws {
        let folder = try TemporaryFolder(), path = folder.path + "/s"
        let local = try local()
        let listener = try UnixListener(path)
        let answering = Thread {
            // Three connections' worth: each request is answered 20 ms late, the seventh never.
            var served = 0
            while served < 7, let stream = listener.accept(60_000) {
                var reader = FrameReader()
                while served < 7, case .frame(let frame) = reader.next(stream, first: 60_000, whole: 10_000) {
                    served += 1
                    usleep(20_000)
                    guard served < 7, let request = SignerContent.decode(frame.body[20...]),
                        let signature = local.answer(request).signature
                    else { break }
                    let reply = SignerFrame(.signed, id: frame.id, body: signature.bytes65(v27: false))
                    _ = stream.write(reply.bytes, whole: 1_000)
                }
            }
        }
        answering.start()
        let remote = SocketSigner(address: local.address, path: path)
        let outcomes = await withTaskGroup(of: (UInt8, SigningOutcome).self) { group in
            for index in UInt8(0)..<6 { group.addTask { (index, await remote.sign(.message([index]))) } }
            return await group.reduce(into: [UInt8: SigningOutcome]()) { $0[$1.0] = $1.1 }
        }
        for index in UInt8(0)..<6 {
            let signature = try #require(outcomes[index]?.signature)
            #expect(Secp256k1.recover(EIP191.personalHash([index]), signature) == local.address)
        }
        #expect(await remote.sign(.message([9])).reason == "signer-unavailable")
    }

    @Test func latencyBesideTheLocalSigner() async throws {
        let folder = try TemporaryFolder()
        let running = try RunningServer(folder.path + "/s", [try local(audit: folder.path + "/a.log")])
        let remote = SocketSigner(address: testKey().address, path: running.path), local = try local()
        func median(_ signer: any Signer) async -> Duration {
            var times: [Duration] = []
            for index in UInt64(0)..<400 {
                let request = SigningRequest.transaction(
                    transaction(index / 8) { $0.data.append(UInt8(index % 8)) }, .bundle)
                let start = ContinuousClock.now
                let outcome = await signer.sign(request)
                times.append(.now - start)
                #expect(outcome.signature != nil)
            }
            return times.sorted()[times.count / 2]
        }
        let near = await median(local), far = await median(remote)
        let logged = await median(try self.local(audit: folder.path + "/b.log"))
        var hops: [Duration] = []
        for _ in 0..<400 {
            let start = ContinuousClock.now
            _ = try remote.accounts()
            hops.append(.now - start)
        }
        var recovers: [Duration] = []
        let request = SigningRequest.message([1]), signature = try #require(local.answer(request).signature)
        for _ in 0..<400 {
            let start = ContinuousClock.now
            _ = Secp256k1.recover(request.digest, signature)
            recovers.append(.now - start)
        }
        print("logged \(logged) hops \(hops.sorted()[200]) recover \(recovers.sorted()[200])")
        print("signer latency: local p50 \(near), through the socket p50 \(far)")
    }
}
