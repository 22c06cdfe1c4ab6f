import EVM
import EVMCodec
import EVMTypes
import ForkState
import Foundation
import NodeClient
import TestSupport
import Testing

/// Against a running node that `MARTLET_FORK_URL` names, for example ../shared/realchain.
@Suite struct RealNodeTests {
    @Test func provenAnswersArePlainAnswersAndComeBackOffline() async throws {
        guard let text = ProcessInfo.processInfo.environment["MARTLET_FORK_URL"] else {
            return print("skipped: MARTLET_FORK_URL names no node")
        }
        let client = try RPCClient(EndpointConfig(try EndpointURL(text)))
        let folder = CacheFolder()
        let cache = StateCache(folder: folder.path)
        let plain = ForkSource(client, label: text, cache: cache)
        let fork = try await plain.pin(.latest)
        // Everyone who sent or got something in the last blocks, with 16 slots each.
        var addresses: Set<Address> = [SystemContracts.history, Address(high: 5, low: 5)]
        for number in max(1, fork.number &- 20)...fork.number {
            let block = try await plain.call(RPCRequest("eth_getBlockByNumber", [.quantity(number), .bool(true)]))
            for transaction in block["transactions"]?.array ?? [] {
                if let from = transaction["from"]?.address { addresses.insert(from) }
                if let to = transaction["to"]?.address { addresses.insert(to) }
            }
        }
        var needs = addresses.map { StateNeed.account($0) }
        for address in addresses { needs += (UInt64(0)..<16).map { .slot(address, U256($0)) } }
        needs += (1...10).map { .blockHash(fork.number - $0) }
        var clock = ContinuousClock.now
        let answers = try await fork.answers(for: needs)
        let cold = clock.duration(to: .now)
        var options = ForkOptions()
        options.verifies = true
        let strict = ForkSource(client, label: text, options: options)
        let proven = try await strict.pin(.hash(fork.hash)).answers(for: needs)
        for need in needs { #expect(answers.answers(need) && proven.answers(need)) }
        #expect(answers.accounts.mapValues(\.state) == proven.accounts.mapValues(\.state))
        #expect(answers.codes == proven.codes)
        for (key, value) in answers.slots { #expect(proven.slots[key] ?? .zero == value) }
        for number in 1...10 {
            #expect(
                answers.blockHashes[fork.number - UInt64(number)] == proven.blockHashes[fork.number - UInt64(number)])
        }
        clock = .now
        for _ in 0..<100 { _ = fork.held(needs) }
        let warm = clock.duration(to: .now) / (100 * needs.count)
        cache.close()
        let later = ForkSource(nil, label: text, cache: StateCache(folder: folder.path))
        let again = try await later.pin(.latest)
        clock = .now
        let held = again.held(needs)
        let disk = clock.duration(to: .now) / needs.count
        #expect(held.accounts == answers.accounts && held.codes == answers.codes)
        print("\(needs.count) needs: cold \(cold), memory \(warm) each, disk \(disk) each")
        print("plain: \(plain.report)")
        print("verified: \(strict.report)")
        print("offline: \(later.report)")
    }
}
