import EVMCodec
import EVMTypes
import NodeClient
import Testing

@testable import NodeServices

@Suite struct ReconcilerTests {
    struct NoReceipts: ReceiptReading {
        func call(_ request: CallRequest, at block: Hash32) async throws -> [UInt8] { [] }
        func receipts(of transactions: [Hash32]) async throws -> [Hash32: Receipt] { [:] }
    }

    let reconciler = Reconciler(
        reader: NoReceipts(), executor: Address(high: 0, low: 2), token: Address(high: 0, low: 1), reorgDepth: 64)

    private func record(_ state: BundleState, target: UInt64, block: BlockPoint? = nil) -> BundleRecord {
        BundleRecord(
            transaction: Hash32(7), target: nil, targetBlock: target, bundleHash: Hash32(8), nonce: 3, relays: ["r"],
            legs: 2,
            state: state, predictedGross: 100, predictedTip: 50, predictedNet: I256(40), minProfit: 50, block: block,
            growth: block == nil ? nil : 50, tip: block == nil ? nil : 50, gasPaid: block == nil ? nil : 10)
    }

    private func point(_ number: UInt64, _ hash: U256) -> BlockPoint { BlockPoint(number: number, hash: Hash32(hash)) }

    @Test func aBundleExpiresOneBlockAfterItsTarget() async {
        let sent = record(.submitted, target: 10)
        #expect(await reconciler.settle(sent, receipt: nil, head: point(10, 1)) { _ in true } == nil)
        let late = await reconciler.settle(sent, receipt: nil, head: point(11, 1)) { _ in true }
        #expect(late?.state == .expired)
    }

    @Test func aReorgTakesALandedBundleBack() async {
        let landed = record(.landed, target: 10, block: point(10, 5))
        #expect(await reconciler.settle(landed, receipt: nil, head: point(12, 1)) { _ in true } == nil)
        let orphaned = await reconciler.settle(landed, receipt: nil, head: point(12, 1)) { _ in false }
        #expect(orphaned?.state == .orphaned && orphaned?.growth == nil && orphaned?.gasPaid == nil)
        #expect(orphaned?.targetBlock == 12)
        if let orphaned {
            #expect(reconciler.isWatched(orphaned, head: 20) && !reconciler.isWatched(orphaned, head: 21))
        }
    }

    @Test func totalsAddWhatWasIncludedAndNothingElse() {
        var totals = ProfitTotals()
        let landed = record(.landed, target: 10, block: point(10, 5))
        for row in [landed, record(.expired, target: 9), record(.submitted, target: 11)] { totals.add(row) }
        #expect(totals.growth == 50 && totals.tips == 50 && totals.gross == 100 && totals.gasPaid == 10)
        #expect(totals.net == I256(40) && totals.landed == 1)
        totals.remove(landed)
        #expect(totals == ProfitTotals())
    }
}
