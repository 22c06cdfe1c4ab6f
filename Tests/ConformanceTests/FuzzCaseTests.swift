import Conformance
import EVMCodec
import EVMTypes
import Foundation
import Testing

@Suite struct FuzzCaseTests {
    @Test func `kept fuzz cases agree with the executable specification`() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: tests.appendingPathComponent("Vectors/fuzz/cases.jsonl"), encoding: .utf8)
        var runner = FuzzRunner()
        var count = 0
        for line in text.split(separator: "\n") {
            let json = try JSON.parse(String(line))
            let fuzzCase = try #require(FuzzCase(json))
            let seed = json["seed"]?.numberText ?? "?"
            let answer = runner.run(fuzzCase)
            #expect(answer.disagreement == nil, "seed \(seed)")
            #expect(answer.logs == json["expect"]?["logs"]?.hash32, "seed \(seed)")
            #expect(answer.root == json["expect"]?["root"]?.hash32, "seed \(seed)")
            let expected = try #require(json["expect"]?["txs"]?.array)
            try #require(expected.count == answer.outcomes.count)
            for (index, pair) in zip(expected, answer.outcomes).enumerated() {
                switch pair.1 {
                case .executed(let gas, _, _):
                    #expect(gas == pair.0["gas"]?.uint64, "seed \(seed) transaction \(index)")
                case .rejected: #expect(pair.0["rejected"] != nil, "seed \(seed) transaction \(index)")
                case .unanswered(let halt): Issue.record("seed \(seed) transaction \(index): \(halt)")
                }
            }
            count += 1
        }
        #expect(count > 40)
        print("EVM fuzz: \(count) kept cases agree with EELS")
    }

    @Test func `a line that is no case is refused`() throws {
        for text in ["{}", "[]", #"{"fork":"osaka","env":{},"pre":{},"txs":[]}"#] {
            #expect(FuzzCase(try JSON.parse(text)) == nil)
        }
    }
}
