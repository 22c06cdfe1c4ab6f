import Conformance
import EVM
import EVMCodec
import EVMTypes
import Foundation

/// `martlet-fuzz`: the Swift half of `scripts/fuzz-evm.sh`. Each line of standard input is a case
/// (`Tests/Fuzz/oracle.py`); each is answered by one JSON line: what came of the transactions, the logs' hash, the
/// root, and a disagreement between two of our own ways of running it.
@main
struct MartletFuzz {
    static func main() {
        var runner = FuzzRunner()
        while let line = readLine() {
            guard let json = try? JSON.parse(line), let fuzzCase = FuzzCase(json) else {
                FileHandle.standardError.write(Data("martlet-fuzz: not a case: \(line.prefix(80))\n".utf8))
                exit(2)
            }
            print(runner.run(fuzzCase).json.text)
            fflush(nil)
        }
    }
}

extension FuzzAnswer {
    var json: JSON {
        [
            "txs": .array(outcomes.map(\.json)), "logs": .hash(logs), "root": .hash(root),
            "disagreement": disagreement.map { .string($0) } ?? .null,
        ]
    }
}

extension FuzzOutcome {
    var json: JSON {
        switch self {
        case .executed(let gas, let halt, let output):
            ["gas": .integer(gas), "halt": .string("\(halt)"), "output": .hex(output)]
        case .rejected(let why): ["rejected": .string(why)]
        case .unanswered(let halt): ["unanswered": .string("\(halt)")]
        }
    }
}
