import EVMCodec
import EVMTypes
import Simulation

/// Transactions in: signed, or for accounts that the devnet signs for or lets be impersonated.
enum SendMethods {
    static let table: [String: LongMethod] = [
        "eth_sendRawTransaction": { chain, params throws(DevnetError) in
            try params.expect(atMost: 1)
            return .hash(try await chain.send(raw: try params.bytes(0)))
        },
        "eth_sendRawTransactionSync": { chain, params throws(DevnetError) in
            let hash = try await chain.send(raw: try params.bytes(0))
            let limit = min(try params.number(1) ?? 20_000, 60_000)
            return try await chain.waitForReceipt(hash, milliseconds: limit)
        },
        "eth_sendTransaction": { chain, params throws(DevnetError) in
            let pooled = try await chain.prepare(try CallMethods.request(params.required(0)))
            return .hash(try await chain.send(pooled))
        },
        "eth_sendUnsignedTransaction": { chain, params throws(DevnetError) in
            let pooled = try await chain.prepare(try CallMethods.request(params.required(0)))
            return .hash(try await chain.send(pooled))
        },
        "eth_signTransaction": { chain, params throws(DevnetError) in
            let pooled = try await chain.prepare(try CallMethods.request(params.required(0)))
            return .object(["raw": .hex(pooled.raw), "tx": .object(Rendering.transaction(pooled))])
        },
    ]
}

extension DevnetChain {
    /// Fills in what a request leaves open, and signs it or impersonates its sender.
    func prepare(_ request: CallRequest) async throws(DevnetError) -> PooledTransaction {
        let from = request.from
        let account = accounts[from]
        let impersonates = settings.impersonatesAll || settings.impersonated.contains(from)
        guard account != nil || impersonates else { throw DevnetError("unknown account") }
        let nonce: UInt64
        if let given = request.nonce { nonce = given } else { nonce = try await pendingNonce(of: from) }
        let tip = request.gasPrice ?? request.maxPriorityFeePerGas ?? suggestedTip
        // As geth: twice the base fee and the tip, so that it stays valid for six full blocks.
        let room = nextBlockBaseFee.multiplied(by: 2)?.adding(tip) ?? .max
        let cap = request.gasPrice ?? request.maxFeePerGas ?? room
        let tipCap = request.maxPriorityFeePerGas == nil ? min(tip, cap) : tip
        let gas: UInt64
        if let given = request.gas {
            gas = given
        } else {
            gas = try await withState { chain throws(DevnetError) in
                try chain.estimateGas(request, chain.callContext(chain.head), on: chain.head)
            }
        }
        var priced = request
        if request.gasPrice == nil {
            priced.maxFeePerGas = cap
            priced.maxPriorityFeePerGas = tipCap
        }
        let transaction: Transaction
        do throws(SimulationError) {
            transaction = try priced.transaction(under: rules, gasLimit: gas, nonce: nonce)
        } catch { throw DevnetError(error) }
        if let account { return try PooledTransaction(account.sign(transaction)) }
        return try PooledTransaction(transaction, impersonating: from)
    }

    /// The receipt of a transaction once it is mined; code 4 with its hash when that takes too long.
    func waitForReceipt(_ hash: Hash32, milliseconds: UInt64) async throws(DevnetError) -> JSON {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while true {
            if let found = mined(hash) { return Rendering.receipt(found.block, found.index) }
            guard ContinuousClock.now < end else {
                throw DevnetError(
                    "The transaction was added to the transaction pool but wasn't processed in \(milliseconds)ms.",
                    code: 4, data: hash.bytes)
            }
            do { try await Task.sleep(for: .milliseconds(5)) } catch { throw DevnetError("request cancelled") }
        }
    }
}
