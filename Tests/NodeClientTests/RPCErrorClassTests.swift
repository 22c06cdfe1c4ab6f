import Testing

@testable import NodeClient

@Suite struct RPCErrorClassTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var code: Int
        var text: String
        var meaning: RPCErrorClass
        var method = "eth_sendRawTransaction"
        var testDescription: String { "\(code) \(text)" }
    }

    static let sends: [Row] = [
        // geth core/txpool/errors.go, core/error.go
        Row(code: -32000, text: "already known", meaning: .alreadyKnown),
        Row(code: -32000, text: "nonce too low: address 0xAb, tx: 5 state: 6", meaning: .nonceTooLow),
        Row(code: -32000, text: "nonce too high", meaning: .nonceTooHigh),
        Row(code: -32000, text: "in-flight transaction limit reached for delegated accounts", meaning: .nonceTooHigh),
        Row(code: -32000, text: "gapped-nonce tx from delegated accounts", meaning: .nonceTooHigh),
        Row(code: -32000, text: "transaction underpriced: gas tip cap 0, minimum needed 1", meaning: .underpriced),
        Row(code: -32000, text: "replacement transaction underpriced", meaning: .underpriced),
        Row(
            code: -32000, text: "max fee per gas less than block base fee: address 0x1, maxFeePerGas: 1, baseFee: 7",
            meaning: .feeTooLow),
        Row(code: -32000, text: "max priority fee per gas higher than max fee per gas", meaning: .feeTooLow),
        Row(code: -32000, text: "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)", meaning: .feeTooLow),
        Row(
            code: -32000, text: "insufficient funds for gas * price + value: balance 0, tx cost 1",
            meaning: .insufficientFunds),
        Row(code: -32000, text: "insufficient funds for transfer", meaning: .insufficientFunds),
        Row(code: -32000, text: "intrinsic gas too low: gas 1, minimum needed 21000", meaning: .gas),
        Row(code: -32000, text: "exceeds block gas limit", meaning: .gas),
        Row(code: -32000, text: "transaction gas limit too high (cap: 16777216, tx: 16777217)", meaning: .gas),
        Row(code: -32000, text: "insufficient gas for floor data gas cost: gas 1, minimum needed 2", meaning: .gas),
        Row(code: -32000, text: "txpool is full", meaning: .capacity),
        Row(code: -32000, text: "account limit exceeded: pooled 64 txs", meaning: .capacity),
        Row(code: -32000, text: "future transaction tries to replace pending", meaning: .capacity),
        Row(code: -32000, text: "address already reserved", meaning: .capacity),
        Row(code: -32000, text: "invalid sender", meaning: .malformed),
        Row(code: -32000, text: "oversized data: transaction size 200000, limit 131072", meaning: .malformed),
        Row(code: -32000, text: "only replay-protected (EIP-155) transactions allowed over RPC", meaning: .malformed),
        // reth rpc-eth-types/src/error
        Row(code: -32000, text: "nonce too low: next nonce 7, tx nonce 3", meaning: .nonceTooLow),
        Row(code: -32003, text: "txpool is full", meaning: .capacity),
        Row(
            code: -32003, text: "insufficient funds for gas * price + value: have 1 want 2", meaning: .insufficientFunds
        ),
        Row(code: -32000, text: "exceeds max transaction gas limit", meaning: .gas),
        Row(code: -32000, text: "tx fee (2000 wei) exceeds the configured cap (1000 wei)", meaning: .feeTooLow),
        Row(code: -32003, text: "sender is not an EOA", meaning: .malformed),
        Row(
            code: -32003, text: "transaction priority fee below minimum required priority fee 5",
            meaning: .underpriced),
        Row(code: -32602, text: "failed to decode signed transaction", meaning: .malformed),
        // wrappers of relays and others
        Row(code: -32000, text: "err: nonce too low: address 0x1", meaning: .nonceTooLow),
        Row(code: -32000, text: "INTERNAL_ERROR: already known", meaning: .alreadyKnown),
    ]

    static let others: [Row] = [
        Row(code: 3, text: "execution reverted: already known", meaning: .reverted([1, 2]), method: "eth_call"),
        Row(code: -32000, text: "execution reverted", meaning: .reverted([1, 2]), method: "eth_call"),
        Row(
            code: -32601, text: "the method eth_x does not exist/is not available", meaning: .methodNotFound,
            method: "eth_x"),
        Row(
            code: -32000, text: "the method eth_x does not exist/is not available", meaning: .methodNotFound,
            method: "eth_x"),
        Row(
            code: -32602, text: "invalid argument 0: hex string without 0x prefix", meaning: .invalidParams,
            method: "eth_call"),
        Row(code: -32602, text: "anything", meaning: .invalidParams, method: "eth_call"),
        Row(code: -32600, text: "batch too large", meaning: .limitExceeded, method: "eth_call"),
        Row(code: -32003, text: "response too large", meaning: .limitExceeded, method: "eth_call"),
        Row(code: -32002, text: "request timed out", meaning: .timeout, method: "eth_call"),
        Row(code: 4444, text: "pruned history unavailable", meaning: .prunedHistory, method: "eth_call"),
        Row(code: -32000, text: "missing trie node ab (path )", meaning: .prunedHistory, method: "eth_call"),
        Row(code: -32000, text: "header not found", meaning: .blockNotFound, method: "eth_call"),
        Row(code: -32001, text: "resource not found", meaning: .blockNotFound, method: "eth_call"),
        Row(code: -32603, text: "boom", meaning: .internalError, method: "eth_call"),
        Row(code: -32005, text: "limit exceeded", meaning: .rateLimited, method: "eth_call"),
        Row(code: 429, text: "slow down", meaning: .rateLimited, method: "eth_call"),
        Row(code: -32000, text: "Too Many Requests", meaning: .rateLimited, method: "eth_call"),
        Row(code: -32000, text: "something new", meaning: .unknown, method: "eth_call"),
        Row(code: -38011, text: "", meaning: .nonceTooHigh, method: "eth_simulateV1"),
        // eth_getLogs
        Row(
            code: -32005, text: "query returned more than 10000 results", meaning: .rangeTooWide,
            method: "eth_getLogs"),
        Row(code: -32005, text: "query timeout exceeded", meaning: .rangeTooWide, method: "eth_getLogs"),
        Row(code: -32602, text: "query exceeds max block range 100000", meaning: .rangeTooWide, method: "eth_getLogs"),
        Row(
            code: -32602, text: "query exceeds max results 20000, retry with the range 1-5", meaning: .rangeTooWide,
            method: "eth_getLogs"),
        Row(code: -32602, text: "exceed maximum block range: 5000", meaning: .rangeTooWide, method: "eth_getLogs"),
        Row(code: -32000, text: "block range is too wide", meaning: .rangeTooWide, method: "eth_getLogs"),
        Row(
            code: -32602, text: "block range extends beyond current head block", meaning: .blockNotFound,
            method: "eth_getLogs"),
        Row(code: -32602, text: "invalid block range params", meaning: .invalidParams, method: "eth_getLogs"),
        Row(code: -32000, text: "exceed max topics", meaning: .invalidParams, method: "eth_getLogs"),
        Row(code: -32000, text: "unknown block", meaning: .blockNotFound, method: "eth_getLogs"),
        Row(
            code: -32005, text: "daily request count exceeded, request rate limited", meaning: .rateLimited,
            method: "eth_getLogs"),
        Row(code: 4444, text: "pruned history unavailable", meaning: .prunedHistory, method: "eth_getLogs"),
    ]

    @Test(arguments: sends + others) func textAndCodeGiveTheClass(_ row: Row) {
        #expect(
            RPCErrorClass.classify(code: row.code, message: row.text, data: [1, 2], method: row.method) == row.meaning)
        #expect(
            RPCErrorClass.classify(code: row.code, message: row.text.uppercased(), data: [1, 2], method: row.method)
                == row.meaning)
    }

    @Test func hugeTextsAreCutAndLabelsHoldNoData() {
        let text = "nonce too low" + String(repeating: "é", count: 100_000)
        #expect(RPCErrorClass.classify(code: -32000, message: text) == .nonceTooLow)
        #expect(RPCErrorClass.reverted([1, 2, 3]).label == "reverted")
    }

    @Test func sendOutcomesKeepDoubtApartFromRefusal() {
        func outcome(_ code: NodeError.Code, _ delivery: NodeError.Delivery) -> SendOutcome {
            SendOutcome(NodeError(code, "x", delivery: delivery))
        }
        #expect(outcome(.rpc(.alreadyKnown), .answered).isThere)
        if case .refused(.nonceTooLow, _) = outcome(.rpc(.nonceTooLow), .answered) {
        } else {
            Issue.record("nonce too low is a refusal")
        }
        for code in [NodeError.Code.rpc(.timeout), .rpc(.internalError), .timeout, .connectionLost, .malformedResponse]
        {
            if case .uncertain = outcome(code, .unknown) {} else { Issue.record("\(code) leaves doubt") }
        }
        for code in [NodeError.Code.connectFailed, .notConnected, .overloaded] {
            if case .notSent = outcome(code, .notSent) {} else { Issue.record("\(code) sent nothing") }
        }
    }
}
