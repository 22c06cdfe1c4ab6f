import EVM
import EVMCodec
import EVMTypes
import Simulation

/// Runs that leave nothing behind.
enum CallMethods {
    static let table: [String: Method] = [
        "eth_call": { chain, params throws(DevnetError) in
            try params.expect(atMost: 4)
            let (request, block, context) = try context(chain, params)
            let outcome = try chain.simulate(at: chain.moment(of: block)) { machine, state in
                machine.call(request, in: context, on: state)
            }
            if let error = outcome.error { throw DevnetError(error) }
            return .hex(outcome.output)
        },
        "eth_estimateGas": { chain, params throws(DevnetError) in
            try params.expect(atMost: 4)
            let (request, block, context) = try context(chain, params)
            return .quantity(try chain.estimateGas(request, context, on: block))
        },
        "eth_createAccessList": { chain, params throws(DevnetError) in
            try params.expect(atMost: 4)
            let (request, block, context) = try context(chain, params)
            return try chain.simulate(at: chain.moment(of: block)) { machine, state in
                machine.createAccessList(request, in: context, on: state)
            }.json
        },
        "eth_simulateV1": { chain, params throws(DevnetError) in
            let block = try chain.require(try params.block(1))
            let json = try params.required(0)
            let request: SimulateV1Request
            do throws(SimulationError) { request = try SimulateV1Request(json) } catch { throw DevnetError(error) }
            let context = chain.callContext(block), fee = chain.baseFee(after: block)
            let blocks = try chain.simulate(at: chain.moment(of: block)) { machine, state in
                machine.simulateV1(request, in: context, nextBaseFee: fee, on: state)
            }
            return .array(blocks.map(\.json))
        },
        "debug_traceCall": { chain, params throws(DevnetError) in
            let request = try request(params.required(0))
            let block = try chain.require(try params.block(1))
            var context = chain.callContext(block)
            let config: TraceConfig
            do throws(SimulationError) {
                config = try TraceConfig(params[2])
                context.stateOverrides = try StateOverrides.parse(params[2]?["stateOverrides"])
                context.blockOverrides = try BlockOverrides(params[2]?["blockOverrides"])
            } catch { throw DevnetError(error) }
            let fixed = context
            return try chain.simulate(at: chain.moment(of: block)) { machine, state in
                machine.traceCall(request, config: config, in: fixed, on: state)
            }.json
        },
        "debug_traceTransaction": { chain, params throws(DevnetError) in
            guard let found = chain.mined(try params.hash(0)) else { throw DevnetError("transaction not found") }
            let config = try config(params[1])
            return try chain.trace(found.block, found.index...found.index, config)[0]
        },
        "debug_traceBlockByNumber": { chain, params throws(DevnetError) in
            try traceBlock(chain, try chain.require(try params.block(0)), params)
        },
        "debug_traceBlockByHash": { chain, params throws(DevnetError) in
            try traceBlock(chain, try chain.require(.hash(try params.hash(0))), params)
        },
    ]

    private static func traceBlock(
        _ chain: isolated DevnetChain, _ block: SealedBlock, _ params: RPCParams
    ) throws(DevnetError) -> JSON {
        guard !block.transactions.isEmpty else { return [] }
        let traces = try chain.trace(block, 0...block.transactions.count - 1, try config(params[1]))
        return .array(
            zip(block.transactions, traces).map { .object(["txHash": .hash($0.pooled.hash), "result": $1]) })
    }

    private static func config(_ json: JSON?) throws(DevnetError) -> TraceConfig {
        do throws(SimulationError) { return try TraceConfig(json) } catch { throw DevnetError(error) }
    }

    static func request(_ json: JSON) throws(DevnetError) -> CallRequest {
        do throws(SimulationError) { return try CallRequest(json) } catch { throw DevnetError(error) }
    }

    /// Request, block, and overrides of both, from the four parameters that these methods share.
    static func context(
        _ chain: isolated DevnetChain, _ params: RPCParams
    ) throws(DevnetError) -> (CallRequest, SealedBlock, CallContext) {
        let request = try request(params.required(0))
        let block = try chain.require(try params.block(1))
        var context = chain.callContext(block)
        do throws(SimulationError) {
            if params[2] != nil { context.stateOverrides = try StateOverrides.parse(params[2]) }
            if params[3] != nil { context.blockOverrides = try BlockOverrides(params[3]) }
        } catch { throw DevnetError(error) }
        return (request, block, context)
    }
}

extension DevnetError {
    /// The same code, text and data.
    init(_ error: SimulationError) { self.init(error.message, code: error.code, data: error.data) }
}

extension DevnetChain {
    /// Where a call at a block stands.
    func callContext(_ block: SealedBlock) -> CallContext {
        var context = CallContext(rules: rules, block: environment(of: block))
        context.gasCap = config.callGasMax
        return context
    }

    /// The block as what runs in it sees it.
    func environment(of block: SealedBlock) -> BlockEnvironment {
        BlockEnvironment(
            number: block.number, timestamp: block.header.timestamp, coinbase: block.header.coinbase,
            gasLimit: block.header.gasLimit, baseFee: block.baseFee,
            difficultyOrRandao: block.header.mixHash.word, blobBaseFee: block.blobBaseFee,
            blobGasLeft: schedule.blobs(timestamp: block.header.timestamp)?.maxGas ?? 0)
    }

    /// Runs a simulation on the state of a moment and takes everything back.
    func simulate<Value>(
        at moment: Int, _ body: (inout Machine, borrowing PinnedState) -> SimulationAnswer<Value>
    ) throws(DevnetError) -> Value {
        try run(at: moment) { machine, state throws(DevnetError) in
            machine.overlay.removeAll()
            defer { machine.overlay.removeAll() }
            switch body(&machine, state) {
            case .done(let value): return value
            case .missing(let needs): throw .missing(needs)
            case .failed(let error): throw DevnetError(error)
            }
        }
    }

    func estimateGas(
        _ request: CallRequest, _ context: CallContext, on block: SealedBlock
    ) throws(DevnetError) -> UInt64 {
        try simulate(at: moment(of: block)) { machine, state in
            machine.estimateGas(request, in: context, on: state)
        }
    }

    /// Runs a block again up to the last of `wanted`, and traces those.
    func trace(
        _ block: SealedBlock, _ wanted: ClosedRange<Int>, _ config: TraceConfig
    ) throws(DevnetError) -> [JSON] {
        try run(at: block.startPosition) { machine, state throws(DevnetError) in
            machine.overlay.removeAll()
            defer { machine.overlay.removeAll() }
            var environment = environment(of: block)
            try Self.callAtStart(block.header, config: self.config, environment, &machine, state)
            var traces: [JSON] = [], gasLeft = environment.gasLimit
            for (index, mined) in block.transactions[...wanted.upperBound].enumerated() {
                let transaction = mined.pooled.transaction
                var options = ExecutionOptions.consensus
                options.checksSenderCode = mined.pooled.isSigned
                let answer = machine.trace(
                    transaction, from: mined.pooled.sender,
                    config: wanted.contains(index) ? config : .calls(CallTracer.Options()), in: environment,
                    under: rules, on: state, options: options, blockGasLeft: gasLeft)
                switch answer {
                case .done(let run): if wanted.contains(index) { traces.append(run.json) }
                case .missing(let needs): throw .missing(needs)
                case .failed(let error): throw DevnetError(error)
                }
                gasLeft -= min(gasLeft, mined.gasUsed)
                environment.blobGasLeft -= min(
                    environment.blobGasLeft,
                    UInt64(transaction.blobVersionedHashes.count) * BlobParameters.gasPerBlob)
            }
            return traces
        }
    }
}
