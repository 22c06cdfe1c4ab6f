import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import NodeClient
import TestSupport
import Testing

@testable import Relays

/// Against the relay of shared/realchain, which checks our header with another implementation (eth-account) and runs
/// our bundles. Needs `MARTLET_REALCHAIN_URL`. Its keys are the numbers 90 (searcher) and 91 (relay signer).
@Suite(.serialized, .timeLimit(.minutes(2))) struct RealchainRelayTests {
    private func url(_ test: String = #function) -> String? {
        guard SharedData.path("realchain/node.py", for: test) != nil else { return nil }
        guard let url = ProcessInfo.processInfo.environment["MARTLET_REALCHAIN_URL"] else {
            print("skipped: \(test) needs a running realchain named by MARTLET_REALCHAIN_URL")
            return nil
        }
        return url
    }

    private static func key(_ number: UInt8) -> PrivateKey {
        PrivateKey(bytes: Array(repeating: 0, count: 31) + [number])!  // 1..<n
    }

    private func relay(_ url: String) throws -> FlashbotsRelay {
        let identity = RelayIdentity(address: Self.key(91).address) { Self.key(91).sign(EIP191.personalHash($0)) }
        return try FlashbotsRelay(EndpointConfig(try EndpointURL(url + "/relay")), identity: identity)
    }

    /// A transfer of 1 wei to `to`, or a call of it, by the searcher.
    private func transaction(_ client: RPCClient, to: Address, data: [UInt8] = [], gas: UInt64 = 21_000) async throws
        -> Boxed<Transaction>
    {
        let sender = Self.key(90).address
        let base = try #require(try await client.header(at: .latest)?.baseFeePerGas)
        let unsigned = Transaction(
            kind: .dynamicFee, chainID: 1337, nonce: try await client.getTransactionCount(sender, at: .pending),
            gasLimit: gas, to: to,
            value: data.isEmpty ? 1 : 0, data: data, maxFeePerGas: base * 2 + 3_000_000_000,
            maxPriorityFeePerGas: 2_000_000_000)
        return Boxed(unsigned.signed(by: Self.key(90)))
    }

    @Test func aSimulatedBundleLandsAndPaysWhatWasSimulated() async throws {
        guard let url = url() else { return }
        let client = try RPCClient(EndpointConfig(try EndpointURL(url)))
        let relay = try relay(url)
        let ours = try await transaction(client, to: Self.key(91).address)
        let head = try await client.blockNumber()
        let simulated = try await relay.simulate(
            BundleRequest(transactions: [ours.value.encoded()], blockNumber: head + 1))
        #expect(simulated.results.map(\.transactionHash) == [ours.hash] && simulated.firstFailure == nil)
        #expect(simulated.results[0].from == Self.key(90).address && simulated.totalGasUsed == 21_000)
        #expect(simulated.coinbaseDiff == U256(42_000_000_000_000))  // 21,000 gas at 2 gwei
        var receipt: Receipt?
        for _ in 0..<10 where receipt == nil {
            let target = try await client.blockNumber() + 2
            let bundle = BundleRequest(transactions: [ours.value.encoded()], blockNumber: target)
            #expect(simulated.bundleHash == bundle.bundleHash)
            #expect(await relay.send(bundle) == .accepted(hash: bundle.bundleHash))
            while try await client.blockNumber() < target { try await Task.sleep(for: .milliseconds(100)) }
            receipt = try await client.getTransactionReceipt(ours.hash)
        }
        #expect(receipt?.succeeded == true && receipt?.gasUsed == 21_000)
    }

    @Test func aRevertIsReportedWithItsData() async throws {
        guard let url = url() else { return }
        let client = try RPCClient(EndpointConfig(try EndpointURL(url)))
        let pool = try EndpointPool(
            EndpointPool.Options(chainID: 1337, endpoints: [EndpointConfig(try EndpointURL(url))]))
        let contract = try #require(
            try await pool.collectLogs(LogFilter(), from: 0, to: client.blockNumber()).logs.last
        ).address
        let bad = try await transaction(client, to: contract, data: [0xde, 0xad, 0xbe, 0xef], gas: 200_000)
        let head = try await client.blockNumber()
        let simulated = try await relay(url).simulate(
            BundleRequest(transactions: [bad.value.encoded()], blockNumber: head + 1))
        if case .failed(let error, _, _)? = simulated.firstFailure?.outcome {
            #expect(error == "execution reverted")
        } else {
            Issue.record("an unknown selector reverts")
        }
    }

    @Test func aForeignSignatureIsRefusedAndAPastBlockToo() async throws {
        guard let url = url() else { return }
        let client = try RPCClient(EndpointConfig(try EndpointURL(url)))
        let ours = try await transaction(client, to: Self.key(91).address)
        let bundle = BundleRequest(transactions: [ours.value.encoded()], blockNumber: 1)
        let impostor = RelayIdentity(address: Self.key(91).address) { Self.key(90).sign(EIP191.personalHash($0)) }
        let foreign = try FlashbotsRelay(EndpointConfig(try EndpointURL(url + "/relay")), identity: impostor)
        if case .refused(let error) = await foreign.send(bundle) {
            #expect(error.message.contains("X-Flashbots-Signature"))
        } else {
            Issue.record("the relay recovers another address")
        }
        if case .refused(let error) = await (try relay(url)).send(bundle) {
            #expect(error.message.contains("in the past"))
        } else {
            Issue.record("block 1 is past")
        }
        try await relay(url).cancel(replacementUUID: "9f2b3c4d-1111-4222-8333-123456789abc")
    }
}
