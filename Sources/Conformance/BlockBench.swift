public import EVM
public import EVMCodec
internal import EVMTypes

/// Times the import of the blocks of block tests: decoding, senders, execution, and every root of the header.
///
/// All cases of a file run one after the other on one machine, each on a chain of its own; making the genesis state is
/// not in the time.
public struct BlockBench: ~Copyable {
    /// Figures of one file.
    public struct Figure: Sendable {
        /// The file's path as given.
        public var file: String
        /// Cases that were run.
        public var cases = 0
        /// Gas of all their blocks.
        public var gas: UInt64 = 0
        /// Time of all their blocks.
        public var seconds = 0.0
        /// The slowest case that uses gas, by gas a second.
        public var slowest: (name: String, gasPerSecond: Double)?
        /// The first thing that is wrong; nil when every block was accepted and the heads are the tests'.
        public var problem: String?

        /// Millions of gas a second; nil when there is no gas.
        public var megagasPerSecond: Double? { gas > 0 && seconds > 0 ? Double(gas) / seconds / 1e6 : nil }
    }

    private var machine: Machine
    private let clock = ContinuousClock()

    public init(limits: MachineLimits = MachineLimits()) { machine = Machine(limits: limits) }

    /// Runs every case of a file. Throws when the file cannot be read.
    public mutating func measure(file: String) throws(TestFileError) -> Figure {
        var figure = Figure(file: file)
        let cases = try JSON.cases(try TestPaths.read(file))
        for (name, test) in zip(cases.keys, cases.values) where figure.problem == nil {
            do throws(TestFileError) {
                try run(name, test, &figure)
            } catch { throw TestFileError(file: file, name: name, error.problem) }
        }
        return figure
    }

    private mutating func run(_ name: String, _ test: JSON, _ figure: inout Figure) throws(TestFileError) {
        guard let network = try test.member("network").string,
            let schedule = TestNetwork.schedule(network, config: test["config"])
        else { throw TestFileError("network is not known") }
        var state = PinnedState(unknown: .absent)
        state.set(try TestAccount.all(try test.member("pre"), in: "pre"))
        var chain: Chain
        do {
            chain = try Chain(
                head: try Block(decoding: try test.bytes("genesisRLP")).header, state: state, schedule: schedule)
        } catch { throw TestFileError("genesis: \(error)") }
        var gas: UInt64 = 0
        var time = Duration.zero
        for (index, block) in try test.list("blocks").enumerated() {
            let bytes = try block.bytes("rlp")
            let start = clock.now
            do {
                gas &+= try chain.append(bytes, with: &machine).gasUsed
            } catch {
                figure.problem = "\(name): blocks[\(index)]: \(error)"
                return
            }
            time += clock.now - start
        }
        if try test.hash("lastblockhash") != chain.head.hash { figure.problem = "\(name): another head" }
        let seconds = time / .seconds(1)
        figure.cases += 1
        figure.gas += gas
        figure.seconds += seconds
        let speed = Double(gas) / seconds
        if gas > 0, speed < figure.slowest?.gasPerSecond ?? .infinity { figure.slowest = (name, speed) }
    }
}

extension BlockBench.Figure {
    /// The head of the table.
    public static var head: String { "    Mgas/s       Mgas    seconds  cases  file" }

    /// One line of the table.
    public var line: String {
        func cell(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(1, width - text.count)) + text
        }
        let speed = megagasPerSecond.map { String(Int($0)) } ?? "-"
        return cell(speed, 10) + cell(String(gas / 1_000_000), 11) + cell(WorkloadRunner.Result.text(seconds), 11)
            + cell(String(cases), 7) + "  \(file)" + (problem.map { "  WRONG: \($0)" } ?? "")
    }

    /// The figures as one JSON object.
    public var json: JSON {
        [
            "file": .string(file), "cases": .integer(cases), "gas": .integer(gas),
            "seconds": .number(WorkloadRunner.Result.text(seconds)),
            "slowest": slowest.map { .string($0.name) } ?? .null, "problem": problem.map { .string($0) } ?? .null,
        ]
    }
}
