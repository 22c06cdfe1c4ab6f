import Bundles
import CPeers
import EVMCodec
import EVMCrypto
import EVMTypes
import KeyVault
import Pools
import SearchCore

/// From the bytes of a pending transaction's frame to the bytes of a signed `eth_sendBundle` request, and the parts of
/// that way.
///
/// A sample is one operation. Before each, outside the measured time, the core gets a new head: it looks at a hash once
/// a head and gives out only better plans for one block. Peer: one signature by libsecp256k1 from C, a yardstick that
/// no change of ours moves.
func pipelineRows() -> [Row] {
    let v2 = BenchTraffic.v2Swaps(), v3 = BenchTraffic.v3Swaps()
    return pipelineRows("V2 gap", v2, pools: [0, 1]) + pipelineRows("V3 gap", v3, pools: [1, 4]) + [
        pipelineRow("pending to bundle, V2, cold cache", v2, isCold: true)
    ]
}

/// `pools` are those the plan has to use: they stand in the order of the market's logs.
private func pipelineRows(_ name: String, _ swaps: [PendingTransaction], pools: Set<PoolIndex>) -> [Row] {
    let stepped = Pipeline(swaps), sent = Pipeline(swaps)
    let decision = sent.core.step(sent.event(sent.swaps[0]))
    guard let plan = decision.plan, Set(plan.pools) == pools else { fatalError("\(name): not its plan: \(decision)") }
    return [
        pipelineRow("pending to bundle, \(name)", swaps, isCold: false),
        Row(
            "core step, \(name)",
            ours: { count in
                var sum: UInt64 = 0
                for _ in 0..<count {
                    guard let plan = stepped.core.step(stepped.event(stepped.swap)).plan else {
                        fatalError("\(name): the core made no plan")
                    }
                    sum &+= plan.bundle.netProfitWei.folded
                }
                return sum
            }, peer: signaturePeer(), reset: stepped.reset),
        Row(
            "plan to signed request, \(name)",
            ours: { count in
                var sum: UInt64 = 0
                for _ in 0..<count { sum &+= UInt64(sent.request(plan).count) }
                return sum
            }, peer: signaturePeer()),
    ]
}

private func pipelineRow(_ name: String, _ swaps: [PendingTransaction], isCold: Bool) -> Row {
    let pipeline = Pipeline(swaps), eviction = isCold ? Eviction() : nil
    pipeline.check(name)
    return Row(
        name,
        ours: { count in
            var sum: UInt64 = 0
            for _ in 0..<count { sum &+= UInt64(pipeline.run(pipeline.frame).count) }
            return sum
        }, peer: signaturePeer(),
        reset: {
            pipeline.reset()
            eviction?.run()
        })
}

/// The peer of these rows.
private func signaturePeer() -> Row.Peer {
    let secret = [UInt8](repeating: 0x46, count: 32), digest = Keccak256.hash(secret).bytes
    return .init(name: "one signature, C") { count in
        var sum: UInt64 = 0
        var out = [UInt8](repeating: 0, count: 65)
        for _ in 0..<count {
            guard peer_sign(secret, digest, &out) == 1 else { fatalError("the peer did not sign") }
            sum &+= UInt64(out[40])
        }
        return sum
    }
}

/// One core, one signer, and the frames they meet in turn.
private final class Pipeline {
    var core: Searcher
    let swaps: [PendingTransaction]
    private var heads: BenchMarket.Heads
    private let frames: [[UInt8]]
    private let signer: LocalSigner
    private var turn = 0

    init(_ swaps: [PendingTransaction]) {
        self.swaps = swaps
        frames = swaps.map(BenchTraffic.frame)
        (core, heads) = BenchMarket.searcher()
        // A key nobody is handed: published ones are refused on this chain.
        guard let key = PrivateKey(bytes: Keccak256.hash(Array("a key of the benchmarks".utf8)).bytes) else {
            fatalError("the benchmark's key is out of range")
        }
        do {
            signer = try LocalSigner(
                key: key,
                policy: SigningPolicy(
                    chainIDs: [BenchMarket.chainID], recipients: [BenchMarket.executor], valueWeiMax: .zero,
                    feePerGasWeiMax: 100_000_000_000, gasLimitMax: 3_000_000, costWeiMax: BenchMarket.ether))
        } catch { fatalError("the benchmark's signer: \(error)") }
    }

    var swap: PendingTransaction { swaps[turn] }
    var frame: [UInt8] { frames[turn] }

    func event(_ pending: PendingTransaction) -> Event { .pending(pending, timeMilliseconds: heads.timeMilliseconds) }

    /// The next head and the next frame.
    func reset() {
        turn = (turn + 1) % frames.count
        guard core.step(heads.next()).skipped != .notTheNextBlock else { fatalError("the core refused a head") }
    }

    /// The measured way.
    func run(_ frame: [UInt8]) -> [UInt8] {
        guard case .notification(_, .pending(let pending))? = try? SubscriptionScanner.scan(frame) else {
            fatalError("the frame holds no pending transaction")
        }
        guard let plan = core.step(event(pending)).plan else { fatalError("the core made no plan") }
        return request(plan)
    }

    /// The request of a plan, as `Relays` writes it.
    func request(_ plan: PlannedBundle) -> [UInt8] {
        guard let signed = try? signer.sign(plan.bundle.ours, .bundle),
            let transactions = plan.bundle.rawTransactions(signed: signed)
        else { fatalError("the plan was not signed") }
        var object = JSONObject()
        object["txs"] = .array(transactions.map { .hex($0) })
        object["blockNumber"] = .quantity(plan.head.number + 1)
        object["replacementUuid"] = "6d617274-6c65-4074-8265-6e63686d6172"
        var body = Array(#"{"jsonrpc":"2.0","id":1,"method":"eth_sendBundle","params":"#.utf8)
        JSON.array([.object(object)]).write(to: &body)
        body.append(UInt8(ascii: "}"))
        return body
    }

    /// Reads every frame's request back: the target's own bytes, then a transaction of ours to the executor.
    func check(_ name: String) {
        for swap in swaps {
            reset()
            let json = try? JSON.parse(run(frame)), bundle = json?["params"]?[0]
            let raws = bundle?["txs"]?.array?.compactMap(\.hexBytes) ?? []
            guard raws.count == 2, raws[0] == swaps[turn].transaction.encoded(),
                let ours = try? Transaction(decoding: raws[1]), ours.to == BenchMarket.executor,
                ours.sender() == signer.address, bundle?["blockNumber"]?.quantityU64 == heads.number + 1
            else { fatalError("\(name): transaction \(swap.hash) gave no bundle") }
        }
    }
}

/// Drives the first caches' content out: what a core meets after other work of the process.
private final class Eviction {
    /// 8 MiB: above the second cache of the machines we know.
    private var memory = [UInt64](repeating: 1, count: 1 << 20)

    func run() { for index in stride(from: 0, to: memory.count, by: 8) { memory[index] &+= 1 } }
}
