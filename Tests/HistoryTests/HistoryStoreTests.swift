import EVMTypes
import Foundation
import GRDB
import TestSupport
import Testing

@testable import History

/// A file in a folder that is removed when the value goes out of use.
final class TemporaryFile {
    let folder: URL
    var path: String { folder.appendingPathComponent("history.sqlite").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-history-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}

/// What must live as long as a test does.
final class Kept {
    var files: [TemporaryFile] = []
}

enum Sample {
    static let token = address(0xe1)

    static func address(_ number: UInt64) -> Address { Address(high: 0, low: UInt128(number)) }
    static func hash(_ number: UInt64) -> Hash32 { Hash32(U256(number)) }

    static func opportunity(_ number: UInt64) -> Opportunity {
        Opportunity(
            seenAt: number, headNumber: number + 100, target: number % 2 == 0 ? hash(number) : nil,
            settlementToken: token, amountIn: U256.max &- U256(number), grossProfit: U256(number),
            pools: [address(1), address(number)])
    }

    static func decision(_ net: I256 = I256(-5)) -> Decision {
        Decision(
            decidedAt: 9, verdict: .rejected, reasonCode: 17, reason: "net profit below the minimum", gasLimit: 300_000,
            tip: U256(12), netProfit: net)
    }

    static func bundle(_ number: UInt64, opportunity: Int64? = nil) -> History.Bundle {
        History.Bundle(
            opportunityID: opportunity, hash: hash(number), targetBlock: number, target: hash(number + 1_000),
            transaction: hash(number + 2_000), nonce: number, relays: ["flashbots", "titan"], predictedNet: I256(77),
            builtAt: number)
    }

    static func profit(_ bundle: Int64, block: UInt64 = 1, net: I256 = I256(5), gross: U256 = 10) -> Profit {
        Profit(
            bundleID: bundle, blockNumber: block, blockHash: hash(block), transaction: hash(UInt64(bundle) + 5_000),
            token: token, gross: gross, tip: 2, gasPaid: 3, net: net, bookedAt: block * 1_000)
    }
}

@Suite struct HistoryStoreTests {
    /// Keeps every file of a test until the test ends.
    private let kept = Kept()

    private func open(_ file: TemporaryFile) throws -> HistoryStore {
        kept.files.append(file)
        return try HistoryStore(file: file.path, chainID: 1337)
    }

    @Test func whatIsRecordedIsReadBackEqualAlsoAfterReopening() throws {
        let file = try TemporaryFile()
        var store: HistoryStore? = try open(file)
        let ids = try store?.record((1...5).map { (Sample.opportunity($0), $0 == 3 ? Sample.decision() : nil) }) ?? []
        try store?.record(Sample.decision(I256(1)), on: ids[0])
        try store?.record(Sample.decision(I256(2)), on: ids[0])
        let made = try store?.record(Sample.bundle(7, opportunity: ids[0]))
        let bundle = try #require(made)
        store = nil
        let again = try open(file)
        let rows = try again.opportunities(limit: 10)
        #expect(rows.map(\.opportunity) == (1...5).reversed().map { Sample.opportunity($0) })
        #expect(rows[2].decision == Sample.decision() && rows[4].decision == Sample.decision(I256(2)))
        #expect(rows[0].decision == nil)
        let stored = try #require(try again.bundles(limit: 1).first)
        #expect(stored.bundle == Sample.bundle(7, opportunity: ids[0]) && stored.state == .built && stored.id == bundle)
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func pagesFollowEachOtherWithoutGapOrRepeat() throws {
        let store = try open(TemporaryFile())
        _ = try store.record((1...25).map { (Sample.opportunity($0), nil) })
        var seen: [UInt64] = [], after: Int64?
        while true {
            let page = try store.opportunities(limit: 7, after: after)
            if page.isEmpty { break }
            seen += page.map(\.opportunity.seenAt)
            after = page.last?.id
        }
        #expect(seen == (1...25).reversed())
        #expect(try store.opportunities(limit: -1).isEmpty)
    }

    @Test func bundlesMoveOnlyForward() throws {
        let store = try open(TemporaryFile())
        let id = try store.record(Sample.bundle(1))
        #expect(try store.record(Sample.bundle(1)) == id)
        try store.move(bundle: id, to: .simulated, at: 10)
        try store.move(bundle: id, to: .submitted, at: 11, note: "sent")
        try store.move(bundle: id, to: .submitted, at: 99)
        #expect(try store.openBundles().map(\.id) == [id])
        try store.move(bundle: id, to: .expired, at: 12)
        let row = try #require(try store.bundles(limit: 5, state: .expired).first)
        #expect(row.simulatedAt == 10 && row.submittedAt == 11 && row.finishedAt == 12 && row.note == "sent")
        let error = #expect(throws: HistoryError.self) { try store.move(bundle: id, to: .submitted, at: 13) }
        #expect(error?.code == .illegalState)
        let unknown = #expect(throws: HistoryError.self) { try store.move(bundle: 99, to: .failed, at: 13) }
        #expect(unknown?.code == .unknownRow)
        #expect(try store.openBundles().isEmpty && store.bundles(limit: 5, state: .landed).isEmpty)
    }

    @Test func bookingIsDoneOnceAndAReorganisationTakesItBack() throws {
        let store = try open(TemporaryFile())
        let id = try store.record(Sample.bundle(1))
        try store.move(bundle: id, to: .submitted, at: 1)
        #expect(try store.book(Sample.profit(id, block: 5)))
        #expect(try !store.book(Sample.profit(id, block: 5)))
        #expect(try store.bundles(limit: 1).first?.state == .landed)
        #expect(try store.profits(limit: 5).map(\.profit) == [Sample.profit(id, block: 5)])
        #expect(try store.profits(ofBundles: [id, 99]) == [id: Sample.profit(id, block: 5)])
        #expect(try store.unbook(blockHash: Sample.hash(6)) == 0)
        #expect(try store.unbook(blockHash: Sample.hash(5)) == 1)
        let reopened = try #require(try store.openBundles().first)
        #expect(reopened.state == .submitted && reopened.finishedAt == nil)
        #expect(try store.totals().tokens.isEmpty)
        #expect(try store.book(Sample.profit(id, block: 6)))
        let missing = #expect(throws: HistoryError.self) { try store.book(Sample.profit(77)) }
        #expect(missing?.code == .unknownRow)
    }

    @Test func totalsAreExactWherePlainNumbersWouldRound() throws {
        var generator = SeededGenerator()
        let store = try open(TemporaryFile())
        var gross = U256.zero, net = I256(0)
        for number in 1...200 {
            let id = try store.record(Sample.bundle(UInt64(number)))
            let amount = U256(
                lo: UInt128.random(in: 0...(.max), using: &generator), hi: UInt128.random(in: 0...9, using: &generator))
            let signed = try #require(I256(magnitude: amount, isNegative: Bool.random(using: &generator)))
            _ = try store.book(Sample.profit(id, block: UInt64(number), net: signed, gross: amount))
            gross = gross &+ amount
            net = net &+ signed
        }
        let totals = try store.totals()
        #expect(totals.tokens.map(\.token) == [Sample.token])
        #expect(totals.tokens[0].gross == gross && totals.tokens[0].net == net && totals.tokens[0].count == 200)
        #expect(totals.tip == 400 && totals.gasPaid == 600)
        #expect(totals.bundles == [.landed: 200])
        #expect(try store.totals(since: 150_000).tokens[0].count == 51)
        let reverted = try store.record(Sample.bundle(800))
        _ = try store.book(Sample.profit(reverted, block: 800, net: I256(-3), gross: 0))
        #expect(try store.totals().tokens[0].revertedCount == 1)
        let id = try store.record(Sample.bundle(900))
        _ = try store.book(Sample.profit(id, block: 900, gross: .max))
        let error = #expect(throws: HistoryError.self) { try store.totals() }
        #expect(error?.code == .outOfRange)
    }

    @Test func signedAmountsReadBackAndSumsAreChecked() {
        let low = I256(bits: U256(1) << 255), high = I256(bits: U256.max >> 1)
        for value in [I256(0), I256(-1), I256(1), low, high] {
            #expect(I256(decimalText: value.description) == value)
        }
        #expect(I256(decimalText: "-") == nil && I256(decimalText: "--1") == nil && I256(decimalText: "1.0") == nil)
        #expect(high.sum(I256(1)) == nil && low.sum(I256(-1)) == nil)
        #expect(high.sum(low) == I256(-1))
    }

    @Test func oldOpportunitiesGoButWhatABundleTookStays() throws {
        let store = try open(TemporaryFile())
        let ids = try store.record((1...20).map { (Sample.opportunity($0), Sample.decision()) })
        _ = try store.record(Sample.bundle(1, opportunity: ids[2]))
        #expect(try store.prune(before: 11, limit: 4) == 4)
        #expect(try store.prune(before: 11) == 5)
        #expect(try store.opportunities(limit: 50).map(\.id) == (ids[10...].reversed() + [ids[2]]))
        #expect(try store.prune(before: 0, keeping: 3) == 7)
        #expect(try store.opportunities(limit: 50).map(\.id) == [ids[19], ids[18], ids[17], ids[2]])
        #expect(try store.totals().opportunitiesSeen == 20)
        let decisions = try store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM decision") }
        #expect(decisions == 4)
    }

    @Test func numbersBeyondWhatSQLiteHoldsAreRefused() throws {
        let store = try open(TemporaryFile())
        var opportunity = Sample.opportunity(1)
        opportunity.seenAt = .max
        let error = #expect(throws: HistoryError.self) { try store.record(opportunity) }
        #expect(error?.code == .outOfRange)
        #expect(try store.opportunities(limit: 5).isEmpty)
    }

    @Test func manyTasksMayWriteAndReadAtOnce() async throws {
        let store = try open(TemporaryFile())
        await withTaskGroup { group in
            for task in UInt64(0)..<4 {
                group.addTask {
                    for number in UInt64(0)..<25 {
                        _ = try? store.record(Sample.opportunity(task * 100 + number))
                        _ = try? store.totals()
                    }
                }
            }
        }
        #expect(try store.opportunities(limit: 1_000).count == 100)
    }
}
