import CAllocationCounter
import CPeers
import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import KeyVault
import Signers

/// `martlet-keys-bench`: one signature of a bundle's transaction by each home a key can have, beside raw libsecp256k1.
///
/// Every round asks each of them once, in turn and with a pause, so that all meet the same load and the same cold
/// caches: a node signs now and then, not in a loop.
@main
struct KeysBench {
    /// One way to a signature.
    struct Way {
        var name: String
        var sign: @Sendable (UInt64) async -> Bool
        var times: [Double] = []
        var allocations = 0
    }

    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 4, let secret = Hex.decode(Array(arguments)[0]), let rounds = Int(Array(arguments)[3]),
            rounds >= 10
        else {
            fail("usage: martlet-keys-bench SECRET_HEX SOCKET FOLDER ROUNDS   (run by keys_bench.py)", 2)
        }
        let socket = Array(arguments)[1], folder = Array(arguments)[2]
        do {
            let ways = try await measured(ways(secret, socket, folder), rounds)
            report(ways, rounds)
        } catch {
            fail("martlet-keys-bench: \(error)", 1)
        }
    }

    static func fail(_ text: String, _ code: Int32) -> Never {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
        exit(code)
    }

    static let executor = Address(hex: "0x3535353535353535353535353535353535353535") ?? .zero

    /// The transaction that a node would send: a call of the executor with a program of three hops.
    static func request(_ index: UInt64) -> SigningRequest {
        var transaction = Transaction(
            kind: .dynamicFee, chainID: 31_337, nonce: index / 8, gasLimit: 600_000, to: executor)
        transaction.data = [0xaa, 0xbb, 0xcc, 0xdd] + [UInt8](repeating: UInt8(index % 8), count: 260)
        transaction.maxFeePerGas = 30_000_000_000
        return .transaction(transaction, .bundle)
    }

    static func key(_ secret: [UInt8]) throws -> PrivateKey {
        guard let key = PrivateKey(bytes: secret) else { throw KeyVaultError(.badInput, "the secret is out of range") }
        return key
    }

    static func ways(_ secret: [UInt8], _ socket: String, _ folder: String) throws -> [Way] {
        Secp256k1.prepare()
        let address = try key(secret).address
        var chain = ChainPolicy(
            chainID: 31_337, routes: [.bundle], targets: [.init(executor, selectors: [0xaabb_ccdd])],
            feePerGasWeiMax: 100_000_000_000, gasLimitMax: 1_000_000)
        chain.hour = .init(transactionsMax: 1_000_000)
        let policy = KeyPolicy(address: address, chains: [chain])
        let bare = KeyBox(try key(secret))
        let ruled = try LocalSigner(key: key(secret), policy: policy)
        let logged = try LocalSigner(key: key(secret), policy: policy, audit: folder + "/bench.log")
        let remote = SocketSigner(address: address, path: socket)
        return [
            Way(name: "libsecp256k1 from C") { index in
                let digest = request(index).digest.bytes
                var out = [UInt8](repeating: 0, count: 65)
                let start = now()
                let isDone = peer_sign(secret, digest, &out) == 1
                return isDone && note(start)
            },
            Way(name: "the key") { index in
                let digest = request(index).digest
                let start = now()
                let made = bare.key.sign(digest)
                return note(start) && made.isLowS
            },
            Way(name: "keystore, policy") { await ask(ruled, $0) },
            Way(name: "keystore, policy, audit log") { await ask(logged, $0) },
            Way(name: "signer process, whole") { await ask(remote, $0) },
            Way(name: "signer process, empty question") { _ in
                let start = now()
                let isThere = (try? remote.accounts()) == [address]
                return note(start) && isThere
            },
            Way(name: "recover (the client's check)") { index in
                let digest = request(index).digest, made = bare.key.sign(digest)
                let start = now()
                let found = Secp256k1.recover(digest, made)
                return note(start) && found == address
            },
        ]
    }

    static func ask(_ signer: any Signer, _ index: UInt64) async -> Bool {
        let request = request(index)
        let start = now()
        let outcome = await signer.sign(request)
        return note(start) && outcome.signature != nil
    }

    /// The time of the last operation, in nanoseconds, and its allocations in this process. Written by one task only.
    nonisolated(unsafe) static var last = (time: 0.0, allocations: 0, before: 0)

    static func now() -> UInt64 {
        last.before = Int(martlet_allocation_count())
        return DispatchTime.now().uptimeNanoseconds
    }

    static func note(_ start: UInt64) -> Bool {
        last.time = Double(DispatchTime.now().uptimeNanoseconds - start)
        last.allocations = Int(martlet_allocation_count()) - last.before
        return true
    }

    static func measured(_ ways: [Way], _ rounds: Int) async throws -> [Way] {
        var ways = ways
        for round in 0..<rounds + 50 {
            for index in ways.indices {
                guard await ways[index].sign(UInt64(round)) else {
                    throw KeyVaultError(.signerUnavailable, "\(ways[index].name) did not sign in round \(round)")
                }
                // The first rounds warm up.
                guard round >= 50 else { continue }
                ways[index].times.append(last.time)
                ways[index].allocations += last.allocations
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        return ways
    }

    static func report(_ ways: [Way], _ rounds: Int) {
        func quantile(_ times: [Double], _ percent: Int) -> Double {
            times.sorted()[times.count * percent / 100] / 1_000
        }
        let raw = quantile(ways[0].times, 50)
        func cell(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        print("one signature           " + ["p10", "p50", "p99", "allocs", "p50/raw"].map { cell($0, 11) }.joined())
        for way in ways {
            let p50 = quantile(way.times, 50)
            let name = way.name + String(repeating: " ", count: max(0, 31 - way.name.count))
            let figures = [quantile(way.times, 10), p50, quantile(way.times, 99)].map { String(format: "%.1f us", $0) }
            let allocations = String(format: "%.1f", Double(way.allocations) / Double(rounds))
            let cells = figures + [allocations, String(format: "%.2f", p50 / raw)]
            print(name + cell(cells[0], 8) + cells[1...].map { cell($0, 11) }.joined())
        }
        let local = quantile(ways[3].times, 50), socket = quantile(ways[4].times, 50)
        print(
            String(
                format: "signer process: p50 %.1f us, %.2f of the same in one process, %.1f us more", socket,
                socket / local, socket - local))
    }
}

/// A closure cannot capture a value that is not copyable.
final class KeyBox: Sendable {
    let key: PrivateKey
    init(_ key: consuming PrivateKey) { self.key = key }
}
