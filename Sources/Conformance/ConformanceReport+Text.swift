internal import EVM
public import EVMCodec

// The report for people and for programs.
extension ConformanceReport {
    /// One line a failure: file, case, fork, what is wrong, gas used.
    public var failureLines: [String] {
        results.compactMap { entry in
            guard let mismatch = entry.result.mismatch else { return nil }
            let result = entry.result
            let ended = result.halt.map { ", \($0)" } ?? ""
            return "FAIL \(entry.file): \(result.name) \(result.fork)[\(result.index)]: \(mismatch) "
                + "(gas used \(result.gasUsed)\(ended))"
        }
    }

    /// One line a set and fork, then one for all.
    public var countLines: [String] {
        let width = counts.map { $0.set.count + $0.fork.count + 1 }.max() ?? 0
        var lines = counts.map { count in
            let place = "\(count.set) \(count.fork)"
            let gap = String(repeating: " ", count: width - place.count)
            return "\(place)\(gap)  \(count.passed) passed, \(count.failed) failed"
        }
        let skipped = filesSkipped > 0 ? " (\(filesSkipped) slow files skipped)" : ""
        let unusable = self.unusable.isEmpty ? "" : ", \(self.unusable.count) unusable"
        lines.append("\(files) files\(skipped): \(passed) passed, \(failed) failed\(unusable)")
        return lines
    }

    /// The results that were kept, as a list in the form of geth's `evm statetest`: `name`, `fork`, `pass`,
    /// `stateRoot`, `error` when it failed; and `file`, `index`, `gasUsed`, `halt` or `refusal`.
    public var json: JSON {
        .array(
            results.map { entry in
                let result = entry.result
                var line: JSONObject = [
                    "name": .string(result.name), "fork": .string(result.fork), "pass": .bool(result.passed),
                    "stateRoot": .hash(result.stateRoot), "index": .integer(result.index),
                    "gasUsed": .integer(result.gasUsed), "file": .string(entry.file),
                ]
                if let mismatch = result.mismatch { line["error"] = .string(mismatch.description) }
                if let halt = result.halt { line["halt"] = .string("\(halt)") }
                if let refusal = result.refusal { line["refusal"] = .string(refusal) }
                return .object(line)
            })
    }
}
