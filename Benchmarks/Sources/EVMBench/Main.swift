import CAllocationCounter
import Conformance
import EVMCodec
import Foundation

/// `martlet-evm-bench FILE`: times the workloads of a file one sample at a time, as `evm_bench.py` asks for them.
///
/// A line `load NAME` on standard input makes the case ready and runs it once; `sample` times it once. Each is answered
/// by one JSON line: name, nanoseconds an iteration (best so far), gas, logs, allocations an iteration, problem.
@main
struct EVMBench {
    static func main() {
        do {
            guard CommandLine.arguments.count == 2 else { throw WorkloadFault("usage: martlet-evm-bench FILE") }
            let data = try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
            try serve(try Workload.read([UInt8](data)))
        } catch {
            FileHandle.standardError.write(Data("martlet-evm-bench: \(error)\n".utf8))
            exit(1)
        }
    }

    static func serve(_ workloads: [Workload]) throws {
        var runner = WorkloadRunner(allocationCount: { martlet_allocation_count() })
        while let line = readLine() {
            let words = line.split(separator: " ")
            switch words.first {
            case "load":
                guard let workload = workloads.first(where: { $0.name == words.last ?? "" }) else {
                    throw WorkloadFault("no case \(words.last ?? "")")
                }
                runner.load(workload)
            case "sample": runner.sample()
            default: throw WorkloadFault("unknown request \(line)")
            }
            print(runner.current.json.text)
            fflush(nil)
        }
    }
}

/// A request that cannot be served.
struct WorkloadFault: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
