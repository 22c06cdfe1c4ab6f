import CAllocationCounter
import EVM
import EVMCodec
import EVMTypes
import Foundation

/// `martlet-simulate-bench`: times [target, ours] on a warm state, as `simulate_bench.py` asks for it.
///
/// Reads one JSON object a line and answers with one: `{"block": …, "chainID": …, "transactions": [[raw, sender], …]}`
/// first; `{"accounts": …, "slots": …, "codes": …}` adds state and answers what is still missing, or what the bundle
/// does; `{"samples": n}` times n runs of the whole bundle and answers the percentiles in nanoseconds.
@main
struct SimulateBench {
    static func main() {
        do {
            var bench = BundleBench()
            while let line = readLine() {
                let request = try JSON.parse(Array(line.utf8))
                print(try bench.answer(request).text)
                fflush(nil)
            }
        } catch {
            FileHandle.standardError.write(Data("martlet-simulate-bench: \(error)\n".utf8))
            exit(1)
        }
    }
}

struct BenchFault: Error, CustomStringConvertible {
    var description: String
}

/// One bundle on one block's state.
struct BundleBench: ~Copyable {
    private var machine = Machine()
    private var state = PinnedState(unknown: .asked)
    private var block = BlockEnvironment()
    private var bundle: [BundleTransaction] = []

    mutating func answer(_ request: JSON) throws -> JSON {
        if let transactions = request["transactions"]?.array { try begin(request, transactions) }
        try fill(request)
        if let samples = request["samples"]?.int { return try time(max(100, samples)) }
        return try needs()
    }

    private mutating func begin(_ request: JSON, _ transactions: [JSON]) throws {
        guard let header = request["block"], let number = header["number"]?.quantityU64,
            let timestamp = header["timestamp"]?.quantityU64, let coinbase = header["miner"]?.address,
            let gasLimit = header["gasLimit"]?.quantityU64, let baseFee = header["baseFeePerGas"]?.quantityU256,
            let randao = header["mixHash"]?.hash32, let chainID = request["chainID"]?.quantityU64
        else { throw BenchFault(description: "the block has no header") }
        machine.adopt(.ethereum(.prague, chainID: chainID))
        block = BlockEnvironment(
            number: number, timestamp: timestamp, coinbase: coinbase, gasLimit: gasLimit, baseFee: baseFee,
            difficultyOrRandao: randao.word)
        bundle = try transactions.map { row in
            guard let raw = row[0]?.hexBytes, let sender = row[1]?.address else {
                throw BenchFault(description: "a transaction is not raw bytes and sender")
            }
            return BundleTransaction(try Transaction(decoding: raw), from: sender)
        }
    }

    private mutating func fill(_ request: JSON) throws {
        for code in request["codes"]?.array ?? [] { state.setCode(code.hexBytes ?? []) }
        for row in request["accounts"]?.array ?? [] {
            guard let address = row[0]?.address, let balance = row[1]?.quantityU256, let nonce = row[2]?.quantityU64,
                let hash = row[3]?.hash32
            else { throw BenchFault(description: "an account is malformed") }
            state.setAccount(address, AccountState(nonce: nonce, balance: balance, codeHash: hash))
        }
        for row in request["slots"]?.array ?? [] {
            guard let address = row[0]?.address, let key = row[1]?.quantityU256, let value = row[2]?.quantityU256 else {
                throw BenchFault(description: "a slot is malformed")
            }
            state.setStorage(address, key, value)
        }
        machine.overlay.removeAll()
    }

    private mutating func needs() throws -> JSON {
        let result = machine.execute(bundle: bundle, in: block, on: state)
        machine.overlay.removeAll()
        switch result {
        case .executed(let outcome): return ["gasUsed": .array(outcome.steps.map { .integer($0.outcome.gasUsed) })]
        case .missing(_, let needs):
            return [
                "needs": .array(
                    needs.map { need in
                        switch need {
                        case .account(let address): ["account": .address(address)]
                        case .slot(let address, let key): ["slot": .address(address), "key": .string(key.hex)]
                        case .code(let address, _): ["code": .address(address)]
                        case .blockHash(let number): ["blockHash": .integer(number)]
                        }
                    })
            ]
        case .rejected, .reverted, .unanswered: throw BenchFault(description: "\(result)")
        }
    }

    /// Transactions one by one, as the searcher runs them: results by value are not part of a simulation.
    private mutating func once() -> Bool {
        var isGood = true
        for item in bundle {
            let result = machine.execute(item.transaction, from: item.sender, in: block, on: state)
            guard case .executed(let outcome) = result else { return false }
            isGood = isGood && outcome.isSuccess
        }
        machine.overlay.removeAll()
        return isGood
    }

    /// CPU time of this thread, nanoseconds: what a busy machine does besides does not count.
    private static func threadTime() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }

    private mutating func time(_ samples: Int) throws -> JSON {
        for _ in 0..<200 where !once() { throw BenchFault(description: "the bundle does not run") }
        var times = [UInt64](repeating: 0, count: samples)
        let allocations = martlet_allocation_count(), start = Self.threadTime()
        for index in 0..<samples {
            let before = Self.threadTime()
            guard once() else { throw BenchFault(description: "the bundle does not run") }
            times[index] = Self.threadTime() - before
        }
        let whole = Self.threadTime() - start, allocated = martlet_allocation_count() - allocations
        times.sort()
        let seconds = Double(whole) / 1e9
        return [
            "p50": .integer(times[samples / 2]), "p99": .integer(times[samples * 99 / 100]),
            "perSecond": .integer(UInt64(Double(samples) / seconds)),
            "allocations": .string(String(Double(allocated) / Double(samples))),
        ]
    }
}
