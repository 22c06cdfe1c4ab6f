import EVMCodec
import EVMTypes
import Testing

@testable import NodeClient

/// Swift 6.3 on x86-64: an async function that throws a typed error of several words, and has more parameters than fit registers,
/// jumps to nowhere on return. These functions have 32-byte parameters and crashed the process until `NodeError` became one word.
@Suite(.timeLimit(.minutes(1))) struct TypedThrowTests {
    @Test func errorsFitOneWord() { #expect(MemoryLayout<NodeError>.size == MemoryLayout<Int>.size) }

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
    }
}
