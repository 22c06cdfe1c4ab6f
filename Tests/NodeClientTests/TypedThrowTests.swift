import EVMCodec
import EVMTypes
import Testing

@testable import NodeClient

/// Swift 6.3 on x86-64: an async function that takes a `UInt128` by value and returns more than four words, or throws a
/// typed error of more than one, jumps to nowhere on return. These functions crashed the process until errors and wide
/// results became one reference.
@Suite(.timeLimit(.minutes(1))) struct TypedThrowTests {
    @Test func errorsAndWideResultsAreOneReference() {
        let word = MemoryLayout<Int>.size
        #expect(MemoryLayout<NodeError>.size == word && MemoryLayout<Receipt>.size == word)
        #expect(MemoryLayout<TransactionStatus>.size == word && MemoryLayout<BlockID>.size <= word + 1)
        #expect(MemoryLayout<LogPage>.size <= 4 * word && MemoryLayout<FeeHistory>.size <= 4 * word)
    }

    @Test func functionsWithWideParametersReturnAndThrow() async throws {
        let peer = try await FakePeer.answering { input, _ in FakePeer.result(input.id, Sample.header(7)) }
        let client = try RPCClient(try endpoint(peer.http))
        let wide = Hash32(hex: Sample.hash)!  // a literal of 64 digits
        #expect(try await client.header(at: .hash(wide))?.number == 7)
        #expect(await nodeError { _ = try await client.header(at: .hash(.zero)) }?.code == .malformedResponse)
        #expect(
            await nodeError { _ = try await client.getLogs(LogFilter(), blockHash: .zero) }?.code == .malformedResponse)
        #expect(await nodeError { _ = try await client.getTransactionReceipt(.zero) }?.code == .malformedResponse)
        #expect(await nodeError { _ = try await client.getTransactionByHash(.zero) }?.code == .malformedResponse)
        #expect(
            await nodeError { _ = try await client.getStorageAt(.zero, slot: .zero, at: .hash(.zero)) }?.code
                == .malformedResponse)
        #expect(
            await nodeError { _ = try await client.getBalance(.zero, at: .hash(.zero)) }?.code == .malformedResponse)
        await peer.stop()
        let balances = try await FakePeer.answering { input, _ in FakePeer.result(input.id, "\"0x2a\"") }
        let other = try RPCClient(try endpoint(balances.http))
        #expect(try await other.getBalance(.zero, at: .hash(wide)) == 42)
        #expect(try await other.getTransactionCount(.zero, at: .hash(wide)) == 42)
        #expect(try await other.getStorageAt(.zero, slot: wide, at: .hash(wide)) == Hash32(42))
        #expect(try await other.estimateGas(CallRequest(to: .zero, from: .zero, value: 1), at: .hash(wide)) == 42)
        #expect(
            try await other.ethCall(
                CallRequest(to: .zero, value: 1), at: .hash(wide), blockOverride: BlockOverride(number: 1)) == [42])
        await balances.stop()
    }
}
