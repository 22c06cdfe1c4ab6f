import EVM
import EVMCodec
import EVMTypes

/// Runs that leave nothing behind.
enum CallMethods {
    static let table: [String: Method] = [
        "eth_call": { chain, params throws(DevnetError) in
            let block = try chain.require(try params.block(1))
            return .hex(try chain.call(try CallRequest(try params.required(0)), on: block))
        },
        "eth_estimateGas": { chain, params throws(DevnetError) in
            let block = try chain.require(try params.block(1))
            return .quantity(try chain.estimateGas(try CallRequest(try params.required(0)), on: block))
        },
    ]
}

extension DevnetChain {
    /// What a call gives back. Throws code 3 with the data when it reverts.
    func call(_ request: CallRequest, on block: SealedBlock) throws(DevnetError) -> [UInt8] {
        let gas = min(request.gas ?? config.callGasMax, config.callGasMax)
        let (outcome, output) = try simulate(request, gas: gas, on: block)
        guard outcome.isSuccess else { throw Self.failure(outcome.halt, output) }
        return output
    }

    /// The least gas within 1.5 % with which the call succeeds.
    func estimateGas(_ request: CallRequest, on block: SealedBlock) throws(DevnetError) -> UInt64 {
        let cap = min(request.gas ?? config.callGasMax, rules.transactionGasMax ?? config.callGasMax)
        let (whole, output) = try simulate(request, gas: cap, on: block)
        guard whole.isSuccess else { throw Self.failure(whole.halt, output) }
        var low = whole.gasUsed - 1, high = cap
        var probe = min(cap, (whole.gasUsed + whole.gasRefunded + 2_300) * 64 / 63)
        while low + 1 < high {
            if Double(high - low) / Double(high) < 0.015 { break }
            if try simulate(request, gas: probe, on: block).0.isSuccess { high = probe } else { low = probe }
            probe = min((low + high) / 2, low &* 2)
        }
        return high
    }

    private func simulate(
        _ request: CallRequest, gas: UInt64, on block: SealedBlock
    ) throws(DevnetError) -> (Outcome, [UInt8]) {
        let transaction = Transaction(
            kind: .legacy, chainID: config.chainID, nonce: 0, gasLimit: gas, to: request.to, value: request.value,
            data: request.data)
        let environment = environment(of: block)
        let from = request.from ?? .zero
        return try run(on: block) { machine, state throws(DevnetError) in
            machine.overlay.removeAll()
            defer { machine.overlay.removeAll() }
            switch machine.execute(transaction, from: from, in: environment, on: state, options: .simulation) {
            case .executed(let outcome): return (outcome, machine.output)
            case .rejected(let rejection): throw DevnetError("err: \(rejection)")
            case .missing(let needs): throw .missing(needs)
            case .unanswered(let halt, let address): throw .unanswered(halt, address)
            }
        }
    }

    /// What calls at a block see: the block itself, without a base fee.
    func environment(of block: SealedBlock) -> BlockEnvironment {
        BlockEnvironment(
            number: block.number, timestamp: block.header.timestamp, coinbase: block.header.coinbase,
            gasLimit: block.header.gasLimit, baseFee: .zero, difficultyOrRandao: block.header.mixHash.word,
            blobBaseFee: .zero)
    }

    /// geth's error of a call that failed.
    static func failure(_ halt: Halt, _ output: [UInt8]) -> DevnetError {
        guard halt == .revert else { return DevnetError("\(halt)") }
        let reason = RevertReason(output)
        switch reason {
        case .error(let text): return DevnetError("execution reverted: \(text)", code: 3, data: output)
        case .panic: return DevnetError("execution reverted: \(reason.panicMeaning ?? "panic")", code: 3, data: output)
        default: return DevnetError("execution reverted", code: 3, data: output)
        }
    }
}
