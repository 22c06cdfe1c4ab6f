import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

@testable import EVM

/// Anything at all into the machine: it must not trap, must not run past its gas or its memory, and must give the same
/// answer on another machine, without translation, and on a state that is asked for piece by piece.
///
/// Runs for `MARTLET_FUZZ_SECONDS` (20) from a random seed, which it prints; `MARTLET_SEED` repeats it.
@Suite struct CrashFuzzTests {
    /// What one way of running a case gave.
    struct Answer: Equatable {
        enum End: Equatable {
            case ended(success: Bool, reverted: Bool, gas: UInt64, output: [UInt8])
            case rejected(Rejection)
            case unanswered(Halt)
        }

        var ends: [End] = []
        var logs: [ReceiptLog] = []
        var root = Hash32(.zero)
    }

    @Test func `no case traps, and every way of running it agrees`() throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["MARTLET_FUZZ_SECONDS"].flatMap { Double($0) } ?? 20
        let seed = environment["MARTLET_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0 ... .max >> 16)
        print("EVM crash fuzzing: seed \(seed)")
        fflush(nil)
        var fuzzer = CrashFuzzer()
        let deadline = Date().addingTimeInterval(seconds)
        var number: UInt64 = 0
        while Date() < deadline, fuzzer.problem == nil {
            fuzzer.run(seed: seed &+ number)
            number += 1
        }
        #expect(fuzzer.problem == nil, "seed \(seed &+ number &- 1): \(fuzzer.problem ?? "")")
        print(
            "EVM fuzz: \(number) cases, \(fuzzer.executed) transactions run, \(fuzzer.succeeded) of them well, "
                + "\(fuzzer.problem == nil ? "no" : "one") disagreement (seed \(seed))")
    }
}

/// The machines of the fuzzer, which live through all cases, and its findings.
struct CrashFuzzer: ~Copyable {
    typealias Answer = CrashFuzzTests.Answer
    private(set) var problem: String?
    private(set) var executed = 0
    private(set) var succeeded = 0

    private var translating: Machine
    private var usual: Machine
    private var plain: Machine
    private var narrow: Machine
    private static let narrowMax = 1 << 17

    init() {
        var limits = MachineLimits()
        limits.memoryMax = 1 << 26
        usual = Machine(limits: limits)
        limits.runsBeforeTranslation = 0
        translating = Machine(limits: limits)
        limits.translates = false
        plain = Machine(limits: limits)
        limits.memoryMax = Self.narrowMax
        limits.codeCacheMax = 20_000
        narrow = Machine(limits: limits)
    }

    mutating func run(seed: UInt64) {
        let fuzzCase = CrashFuzzCase(seed: seed)
        let first = Self.answer(fuzzCase, &translating, &problem)
        for end in first.ends {
            guard case .ended(let success, _, _, _) = end else { continue }
            executed += 1
            succeeded += success ? 1 : 0
        }
        expectSame(first, Self.answer(fuzzCase, &translating, &problem), "a second time")
        expectSame(first, Self.answer(fuzzCase, &plain, &problem), "without translation")
        expectSame(first, Self.answer(fuzzCase, &usual, &problem, asks: true), "asked for")
        if seed % 16 == 0 {
            var fresh = Machine(limits: translating.limits)
            expectSame(first, Self.answer(fuzzCase, &fresh, &problem), "on a fresh machine")
        }
        let limited = Self.answer(fuzzCase, &narrow, &problem)
        if !limited.ends.contains(.unanswered(.memoryLimit)) { expectSame(first, limited, "in little memory") }
        // Scratch of 64 KiB is there from the start, and growth doubles.
        if narrow.memory.capacity > 2 * Self.narrowMax { problem = "memory of \(narrow.memory.capacity) bytes" }
    }

    private mutating func expectSame(_ a: Answer, _ b: Answer, _ how: String) {
        if problem != nil || a == b { return }
        problem = "\(how): \(a.ends) and \(b.ends), logs \(a.logs == b.logs), roots \(a.root) and \(b.root)"
    }

    private static func answer(
        _ fuzzCase: CrashFuzzCase, _ machine: inout Machine, _ problem: inout String?, asks: Bool = false
    ) -> Answer {
        var complete = fuzzCase.state()
        var asked = PinnedState(unknown: .asked)
        var answer = Answer()
        machine.adopt(.ethereum(fuzzCase.fork))
        machine.overlay.removeAll()
        for (transaction, sender) in fuzzCase.transactions {
            var rounds = 0
            var result: ExecutionResult
            repeat {
                result =
                    asks
                    ? machine.execute(
                        transaction, from: sender, in: fuzzCase.block, on: asked, options: fuzzCase.options)
                    : machine.execute(
                        transaction, from: sender, in: fuzzCase.block, on: complete, options: fuzzCase.options)
                rounds += 1
            } while fill(&asked, complete, result, &problem)
            switch result {
            case .executed(let outcome):
                if outcome.gasUsed > transaction.gasLimit {
                    problem = "gas \(outcome.gasUsed) of \(transaction.gasLimit)"
                }
                answer.logs += machine.logs(of: outcome)
                answer.ends.append(
                    .ended(
                        success: outcome.isSuccess, reverted: outcome.halt == .revert, gas: outcome.gasUsed,
                        output: machine.output))
            case .rejected(let rejection): answer.ends.append(.rejected(rejection))
            case .missing: answer.ends.append(.unanswered(.missingState))
            case .unanswered(let halt, _): answer.ends.append(.unanswered(halt))
            }
        }
        machine.overlay.commit(into: &complete)
        answer.root = complete.stateRoot()
        return answer
    }

    /// Gives the asked state what a run missed. False when nothing was missing, or when it was not new: a problem.
    private static func fill(
        _ asked: inout PinnedState, _ complete: borrowing PinnedState, _ result: ExecutionResult,
        _ problem: inout String?
    ) -> Bool {
        guard case .missing(let needs) = result else { return false }
        var isNew = false
        for need in needs {
            switch need {
            case .account(let address):
                isNew = isNew || asked.account(address) == nil
                asked.setAccount(address, complete.account(address) ?? nil)
            case .slot(let address, let key):
                isNew = isNew || asked.storage(address, key) == nil
                asked.setStorage(address, key, complete.storage(address, key) ?? .zero)
            case .code(_, let hash):
                isNew = isNew || asked.code(hash) == nil
                asked.setCode(complete.code(hash) ?? [])
            case .blockHash(let number):
                isNew = isNew || asked.blockHash(number) == nil
                asked.setBlockHash(number, complete.blockHash(number) ?? Hash32(.zero))
            }
        }
        if !isNew { problem = "a run missed \(needs) again" }
        return isNew
    }
}
