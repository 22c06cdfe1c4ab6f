import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import NodeClient

/// Against shared/realchain, a chain written by others. Needs `MARTLET_REALCHAIN_URL`,
/// for example `http://127.0.0.1:9645`.
@Suite(.serialized, .timeLimit(.minutes(2))) struct RealchainTests {
    private func url(_ test: String = #function) -> String? {
        guard SharedData.path("realchain/node.py", for: test) != nil else { return nil }
        guard let url = ProcessInfo.processInfo.environment["MARTLET_REALCHAIN_URL"] else {
            print("skipped: \(test) needs a running realchain named by MARTLET_REALCHAIN_URL")
            return nil
        }
        return url
    }

    private func pool(_ urls: [String]) throws -> EndpointPool {
        try EndpointPool(
            EndpointPool.Options(chainID: 1337, endpoints: try urls.map { EndpointConfig(try EndpointURL($0)) }))
    }

    private func streaming(_ url: String) throws -> SocketSession {
        var options = SocketSession.Options(
            endpoints: [EndpointConfig(try EndpointURL(url.replacingOccurrences(of: "http", with: "ws")))],
            chainID: 1337)
        options.backoff = Backoff(initial: .milliseconds(50), maximum: .seconds(1))
        let session = try SocketSession(options)
        session.start()
        return session
    }

    @Test func typedReadsAgreeWithEachOther() async throws {
        guard let url = url() else { return }
        let pool = try pool([url])
        #expect(try await pool.check().isEmpty)
        let head = try #require(try await pool.header(at: .latest))
        #expect(try await pool.header(at: .hash(head.hash)) == head)
        #expect(try await pool.header(at: .number(head.number))?.hash == head.hash)
        #expect(try await pool.header(at: .number(head.number + 1_000_000)) == nil)
        let page = try await pool.collectLogs(LogFilter(), from: 0, to: head.number)
        #expect(page.through == head.number && !page.logs.isEmpty)
        let log = try #require(page.logs.last)
        let same = try await pool.getLogs(LogFilter(addresses: [log.address]), blockHash: log.blockHash)
        #expect(same.contains(log))
        let receipt = try #require(try await pool.getTransactionReceipt(log.transactionHash))
        #expect(receipt.logs.contains(log) && receipt.succeeded && receipt.blockHash == log.blockHash)
        let status = try #require(try await pool.getTransactionByHash(log.transactionHash))
        #expect(status.blockNumber == log.blockNumber && status.transaction.from == receipt.from)
        #expect(try await pool.getCode(log.address).isEmpty == false)
        let before = try await pool.getTransactionCount(receipt.from, at: .number(log.blockNumber - 1))
        #expect(try await pool.getTransactionCount(receipt.from, at: .number(log.blockNumber)) > before)
        let fees = try await pool.feeHistory(count: 4, newest: .number(head.number), percentiles: [10, 50])
        #expect(fees.baseFeePerGas.count == fees.gasUsedRatio.count + 1 && fees.reward.count == fees.gasUsedRatio.count)
        #expect(try await pool.gasPrice() > .zero)
        _ = try await pool.getStorageAt(log.address, slot: .zero)
        #expect(try await pool.getBalance(receipt.from, at: .pending) > .zero)
        pool.close()
    }

    @Test func errorsOfThePeerHaveTheirClasses() async throws {
        guard let url = url() else { return }
        let pool = try pool([url])
        #expect(await nodeError { _ = try await pool.call("eth_nothing") }?.code == .rpc(.methodNotFound))
        #expect(
            await nodeError { _ = try await pool.call("eth_getBalance", [.string("0x1")]) }?.code
                == .rpc(.invalidParams))
        let log = try #require(
            try await pool.collectLogs(LogFilter(), from: 0, to: try await pool.blockNumber()).logs.last)
        let revert = await nodeError { _ = try await pool.ethCall(to: log.address, data: [0xde, 0xad, 0xbe, 0xef]) }
        if case .rpc(.reverted)? = revert?.code {
        } else {
            Issue.record("an unknown selector reverts: \(String(describing: revert))")
        }
        // PUSH1 42, MSTORE at 0, RETURN 32 bytes.
        let override = AccountOverride(code: [0x60, 0x2a, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3])
        let output = try await pool.ethCall(CallRequest(to: log.address), overrides: [log.address: override])
        #expect(U256(bigEndian: output) == 42)
        #expect(await pool.sendRawTransaction([0x02, 0x00]).isThere == false)
    }

    @Test func batchesAreAnsweredInPlace() async throws {
        guard let url = url() else { return }
        let session = try streaming(url)
        for caller in [try RPCClient(EndpointConfig(try EndpointURL(url), batchItemsMax: 9)), RPCClient(session)] {
            let answers = try await caller.batch(
                (0..<40).map { RPCRequest("eth_getBlockByNumber", [.quantity(UInt64($0)), .bool(false)]) })
            for (number, answer) in answers.enumerated() {
                #expect(try answer.get()["number"]?.quantityU64 == UInt64(number))
            }
        }
        session.close()
    }

    @Test func headsLogsAndTransactionsStreamAndSurviveACut() async throws {
        guard let url = url() else { return }
        let session = try streaming(url)
        let subscription = try await session.subscribe([.newHeads, .logs(LogFilter()), .pendingTransactions])
        let hashes = try await session.subscribe([.pendingHashes])
        func collect(_ limit: Duration) async throws -> (
            heads: Int, logs: Int, pending: Int, refused: [String], reconnected: Int
        ) {
            try await within(limit + .seconds(5)) {
                var counts = (heads: 0, logs: 0, pending: 0, refused: [String](), reconnected: 0)
                let end = ContinuousClock.now + limit
                while ContinuousClock.now < end, counts.heads < 2 || counts.logs < 1 || counts.pending < 2 {
                    guard let event = subscription.poll() else {
                        try await Task.sleep(for: .milliseconds(20))
                        continue
                    }
                    switch event.item {
                    case .header: counts.heads += 1
                    case .log: counts.logs += 1
                    case .pending: counts.pending += 1
                    case .refused(let why): counts.refused.append(why)
                    case .reconnected: counts.reconnected += 1
                    default: break
                    }
                }
                return counts
            }
        }
        let first = try await collect(.seconds(40))
        #expect(first.heads >= 2 && first.logs >= 1 && first.pending >= 2 && first.refused.isEmpty, "\(first)")
        _ = try await RPCClient(EndpointConfig(try EndpointURL(url))).call("harness_dropWebSockets")
        let second = try await collect(.seconds(40))
        #expect(
            second.reconnected == 1 && second.heads >= 2 && second.pending >= 2 && second.refused.isEmpty, "\(second)")
        #expect(hashes.count > 0)
        session.close()
    }

    // The node's injected 429s are not used here: they would hit the other suites that run against it at the same time.
    @Test func theWrongChainIsRefused() async throws {
        guard let url = url() else { return }
        var options = EndpointPool.Options(chainID: 1, endpoints: [EndpointConfig(try EndpointURL(url))])
        options.deadline = .seconds(5)
        let wrong = try EndpointPool(options)
        #expect(await nodeError { _ = try await wrong.blockNumber() }?.code == .wrongChain(expected: 1, got: 1337))
    }
}
