import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import KeyVault

/// A clock that a test sets.
final class TestClock: Sendable {
    private let time: Atomic<UInt64>
    init(_ time: UInt64) { self.time = Atomic(time) }
    var now: UInt64 {
        get { time.load(ordering: .relaxed) }
        set { time.store(newValue, ordering: .relaxed) }
    }
    var read: @Sendable () -> UInt64 { { self.now } }
}

let noon: UInt64 = 1_767_268_800_000  // 2026-01-01 12:00 UTC
let executorAddress = Address(hex: "0x3535353535353535353535353535353535353535") ?? .zero
let treasuryAddress = Address(hex: "0x3636363636363636363636363636363636363636") ?? .zero
let strangerAddress = Address(hex: "0x3737373737373737373737373737373737373737") ?? .zero

/// The policy of the matrix: one function of the executor, small transfers to the treasury.
func matrixPolicy(_ address: Address) -> KeyPolicy {
    var chain = ChainPolicy(
        chainID: 1, routes: [.bundle], kinds: [.dynamicFee, .blob],
        targets: [
            .init(executorAddress, selectors: [0xaabb_ccdd]),
            .init(treasuryAddress, selectors: [], allowsPlainTransfer: true, valueWeiMax: 500),
        ], feePerGasWeiMax: 100, gasLimitMax: 500_000)
    chain.valueWeiMax = 1_000
    chain.priorityFeeWeiMax = 50
    chain.costWeiMax = 40_000_000
    chain.hour = .init(valueWeiMax: 1_500, costWeiMax: 100_000_000, transactionsMax: 3)
    chain.day = .init(valueWeiMax: 2_000, costWeiMax: 150_000_000, transactionsMax: 5)
    chain.hours = [.init(start: 600, end: 900)]
    chain.nonceGapMax = 4
    chain.alternativesMax = 3
    return KeyPolicy(
        address: address,
        typedData: [.init(chainID: 1, contract: executorAddress, primaryType: "Bid")], chains: [chain])
}

func allowedTransaction(_ change: (inout Transaction) -> Void = { _ in }) -> Transaction {
    var transaction = Transaction(kind: .dynamicFee, chainID: 1, nonce: 9, gasLimit: 100_000, to: executorAddress)
    transaction.data = [0xaa, 0xbb, 0xcc, 0xdd, 1, 2, 3]
    transaction.maxFeePerGas = 90
    transaction.maxPriorityFeePerGas = 40
    change(&transaction)
    return transaction
}

@Suite struct PolicyTests {
    private func signer(_ clock: TestClock = TestClock(noon), audit: String? = nil, stop: String? = nil) throws
        -> LocalSigner
    {
        try LocalSigner(
            key: key(sampleKey), policy: matrixPolicy(key(sampleKey).address), audit: audit, stopFile: stop,
            clock: clock.read)
    }

    private func ask(_ signer: LocalSigner, _ transaction: Transaction, _ route: SigningRoute = .bundle)
        -> SigningRefusal?
    {
        switch signer.answer(.transaction(transaction, route)) {
        case .signed(let signature):
            #expect(Secp256k1.recover(transaction.signingHash, signature) == signer.address)
            #expect(signature.isLowS)
            return nil
        case .refused(let refusal): return refusal
        case .unavailable, .untrustworthy: return .auditFailed
        }
    }

    @Test func eachSingleViolationHasItsReason() throws {
        let cases: [(SigningRefusal?, (inout Transaction) -> Void)] = [
            (nil, { _ in }), (.chainNotAllowed, { $0.chainID = 2 }), (.unprotected, { $0.chainID = nil }),
            (.kindNotAllowed, { $0.kind = .legacy }), (.kindNotAllowed, { $0.kind = .accessList }),
            (.kindNotAllowed, { $0.kind = .setCode }), (.recipientNotAllowed, { $0.to = strangerAddress }),
            (.creationNotAllowed, { $0.to = nil }), (.selectorNotAllowed, { $0.data = [0xaa, 0xbb, 0xcc, 0xde] }),
            (.selectorNotAllowed, { $0.data = [0xaa, 0xbb, 0xcc] }), (.selectorNotAllowed, { $0.data = [] }),
            (.valueTooHigh, { $0.value = 1_001 }), (.gasTooHigh, { $0.gasLimit = 500_001 }),
            (.feeTooHigh, { $0.maxFeePerGas = 101 }), (.tipTooHigh, { $0.maxPriorityFeePerGas = 51 }),
            (.tipAboveFee, { ($0.maxFeePerGas, $0.maxPriorityFeePerGas) = (39, 40) }),
            (.costTooHigh, { ($0.gasLimit, $0.maxFeePerGas) = (500_000, 81) }),
            (.alreadySigned, { $0.signature = Signature(r: 1, s: 1, yParity: 0) }),
            (nil, { ($0.to, $0.data, $0.value) = (treasuryAddress, [], 500) }),
            (.valueTooHigh, { ($0.to, $0.data, $0.value) = (treasuryAddress, [], 501) }),
            (.selectorNotAllowed, { ($0.to, $0.data) = (treasuryAddress, [0xaa, 0xbb, 0xcc, 0xdd]) }),
            (.feeTooHigh, { ($0.kind, $0.maxFeePerBlobGas) = (.blob, 101) }),
            (nil, { ($0.kind, $0.maxFeePerBlobGas, $0.blobVersionedHashes) = (.blob, 100, [.zero]) }),
            (
                .costTooHigh,
                { ($0.kind, $0.maxFeePerBlobGas, $0.blobVersionedHashes) = (.blob, 100, [.zero, .zero, .zero]) }
            ),
        ]
        for (reason, change) in cases {
            let signer = try signer()
            #expect(ask(signer, allowedTransaction(change)) == reason)
        }
        let signer = try signer()
        #expect(ask(signer, allowedTransaction(), .public) == .routeNotAllowed)
        #expect(ask(try self.signer(TestClock(noon - 2 * 3_600_000 - 60_000)), allowedTransaction()) == .outsideHours)
        #expect(ask(try self.signer(TestClock(noon + 3 * 3_600_000)), allowedTransaction()) == .outsideHours)
        #expect(ask(try self.signer(TestClock(noon + 3 * 3_600_000 - 1)), allowedTransaction()) == nil)
    }

    @Test func rollingLimitsHoldAndPass() throws {
        let clock = TestClock(noon)
        let signer = try signer(clock)
        func transfer(_ nonce: UInt64, _ value: U256) -> Transaction {
            allowedTransaction { ($0.nonce, $0.to, $0.data, $0.value) = (nonce, treasuryAddress, [], value) }
        }
        for nonce in UInt64(0)..<3 { #expect(ask(signer, transfer(nonce, 500)) == nil) }
        #expect(ask(signer, transfer(3, 0)) == .hourCountTooHigh)
        #expect(ask(signer, transfer(3, 1)) == .hourValueTooHigh)
        // The same payload again costs nothing; a dearer alternative costs what it has more.
        #expect(ask(signer, transfer(2, 500)) == nil)
        clock.now += 3_599_999
        #expect(ask(signer, transfer(3, 1)) == .hourValueTooHigh)
        clock.now += 1
        #expect(ask(signer, transfer(3, 500)) == nil)
        #expect(ask(signer, transfer(4, 1)) == .dayValueTooHigh)
        #expect(ask(signer, transfer(4, 0)) == nil)
        #expect(ask(signer, transfer(5, 0)) == .dayCountTooHigh)
        // A clock set back changes nothing.
        clock.now -= 3_600_000
        #expect(ask(signer, transfer(5, 0)) == .dayCountTooHigh)
        clock.now = noon + 86_400_000
        #expect(ask(signer, transfer(5, 500)) == nil)
    }

    @Test func costsPerHourAndDay() throws {
        let clock = TestClock(noon)
        let signer = try signer(clock)
        func dear(_ nonce: UInt64) -> Transaction {
            allowedTransaction { ($0.nonce, $0.gasLimit, $0.maxFeePerGas) = (nonce, 400_000, 100) }
        }
        #expect(ask(signer, dear(0)) == nil)
        #expect(ask(signer, dear(1)) == nil)
        #expect(ask(signer, dear(2)) == .hourCostTooHigh)
        clock.now += 3_600_000
        #expect(ask(signer, dear(2)) == nil)
        #expect(ask(signer, dear(3)) == .dayCostTooHigh)
    }

    @Test func noncesAreNotSignedTwiceForPublicSending() throws {
        var policy = matrixPolicy(key(sampleKey).address)
        policy.chains[0].routes = [.bundle, .public]
        policy.chains[0].hour = .init()
        policy.chains[0].day = .init()
        let signer = try LocalSigner(key: key(sampleKey), policy: policy, clock: TestClock(noon).read)
        func order(_ nonce: UInt64, fee: U256, tip: U256, _ data: UInt8 = 0) -> Transaction {
            allowedTransaction {
                ($0.nonce, $0.maxFeePerGas, $0.maxPriorityFeePerGas) = (nonce, fee, tip)
                $0.data.append(data)
            }
        }
        #expect(ask(signer, order(100, fee: 50, tip: 20), .public) == nil)
        #expect(ask(signer, order(100, fee: 50, tip: 20), .public) == nil, "the same again")
        #expect(ask(signer, order(100, fee: 50, tip: 20, 1), .public) == .nonceReused)
        #expect(ask(signer, order(100, fee: 54, tip: 22, 1), .public) == .nonceReused)
        #expect(ask(signer, order(100, fee: 55, tip: 21, 1), .public) == .nonceReused)
        #expect(ask(signer, order(100, fee: 55, tip: 22, 1), .public) == nil, "a tenth more of both")
        // Bundles may have alternatives, up to the limit.
        #expect(ask(signer, order(100, fee: 30, tip: 1, 2)) == nil)
        #expect(ask(signer, order(100, fee: 30, tip: 1, 3)) == .tooManyAlternatives)
        #expect(ask(signer, order(104, fee: 30, tip: 1)) == nil)
        #expect(ask(signer, order(109, fee: 30, tip: 1)) == .nonceTooFar)
        #expect(ask(signer, order(108, fee: 30, tip: 1)) == nil)
        #expect(ask(signer, order(103, fee: 30, tip: 1)) == .nonceTooLow)
        #expect(ask(signer, order(104, fee: 31, tip: 1)) == nil)
    }

    @Test func otherContentNeedsItsOwnRule() throws {
        let signer = try signer()
        func typed(_ type: String, _ contract: String, _ chain: Int) throws -> SigningRequest {
            let json = try JSON.parse(
                """
                {"types":{"EIP712Domain":[{"name":"chainId","type":"uint256"},
                {"name":"verifyingContract","type":"address"}],
                "Bid":[{"name":"round","type":"uint64"}],"Permit":[{"name":"round","type":"uint64"}]},
                "primaryType":"\(type)","message":{"round":7},
                "domain":{"chainId":\(chain),"verifyingContract":"\(contract)"}}
                """)
            return try SigningRequest(.typedData(json))
        }
        #expect(signer.answer(try typed("Bid", executorAddress.hex, 1)).signature != nil)
        #expect(signer.answer(try typed("Permit", executorAddress.hex, 1)).reason == "typed-data-not-allowed")
        #expect(signer.answer(try typed("Bid", strangerAddress.hex, 1)).reason == "typed-data-not-allowed")
        #expect(signer.answer(try typed("Bid", executorAddress.hex, 2)).reason == "typed-data-not-allowed")
        #expect(throws: SigningRefusal.malformedTypedData) { try typed("Ask", executorAddress.hex, 1) }
        #expect(signer.answer(.message([1])).reason == "message-not-allowed")
        let delegation = Authorization(chainID: 1, address: executorAddress, nonce: 1)
        #expect(signer.answer(try SigningRequest(.authorization(delegation))).reason == "authorization-not-allowed")
        let lane = TimeboostMessage(chainID: 1, auction: executorAddress, round: 1, sequence: 0, transaction: [1])
        #expect(signer.answer(try SigningRequest(.timeboost(lane))).reason == "timeboost-not-allowed")
        var policy = matrixPolicy(signer.address)
        policy.chains[0].delegates = [executorAddress]
        policy.chains[0].auctions = [executorAddress]
        let open = try LocalSigner(key: key(sampleKey), policy: policy, clock: TestClock(noon).read)
        let signature = try #require(open.answer(try SigningRequest(.authorization(delegation))).signature)
        var signed = delegation
        (signed.r, signed.s, signed.yParity) = (signature.r, signature.s, signature.yParity)
        #expect(signed.authority() == open.address)
        #expect(open.answer(try SigningRequest(.timeboost(lane))).signature != nil)
        #expect(
            open.answer(try SigningRequest(.authorization(.init(chainID: 0, address: executorAddress, nonce: 1))))
                .signature == nil)
    }

    @Test func theStopFileStopsAtOnce() throws {
        let folder = try TemporaryFolder()
        let signer = try signer(stop: folder.path + "/STOP")
        #expect(ask(signer, allowedTransaction()) == nil)
        let file = try folder.write("STOP", "")
        #expect(ask(signer, allowedTransaction()) == .stopped)
        try FileManager.default.removeItem(atPath: file)
        #expect(ask(signer, allowedTransaction()) == nil)
    }

    @Test func aRestartForgetsNoLimitAndNoNonce() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/audit.log", clock = TestClock(noon)
        for nonce in UInt64(0)..<3 {
            let signer = try signer(clock, audit: path)
            #expect(ask(signer, allowedTransaction { $0.nonce = nonce }) == nil)
        }
        let signer = try signer(clock, audit: path)
        #expect(ask(signer, allowedTransaction { $0.nonce = 3 }) == .hourCountTooHigh)
        #expect(ask(signer, allowedTransaction { $0.nonce = 7 }) == .nonceTooFar)
        #expect(signer.auditHead?.count == 5)
        let second = failure { () throws(KeyVaultError) in
            try PolicyGate(policy: matrixPolicy(signer.address), audit: path)
        }
        #expect(second?.code == .busy)
    }

    /// Whatever is asked, in whatever order: what was signed satisfies a second, plain reading of the rules.
    @Test func nothingOutsideThePolicyIsEverSigned() throws {
        var random = SeededGenerator(seed: 7)
        let clock = TestClock(noon - 7_200_000)
        let signer = try signer(clock)
        var signedAt: [(time: UInt64, nonce: UInt64, value: U256, cost: U256)] = []
        var count = 0
        var highest: UInt64?
        for _ in 0..<100_000 {
            // Around the last nonce, so that the walk goes on after a night: some too low, some too far.
            let nonce = (highest ?? 4) + UInt64.random(in: 0...8, using: &random) - (highest == nil ? 0 : 2)
            let transaction = allowedTransaction {
                $0.nonce = nonce
                if Int.random(in: 0..<4, using: &random) == 0 {
                    $0.to = [executorAddress, treasuryAddress, strangerAddress, nil].randomElement(using: &random)!
                }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    $0.data = (0..<Int.random(in: 0..<6, using: &random)).map { [0xaa, 0xbb, 0xcc, 0xdd, 0, 1][$0] }
                }
                $0.value = U256(UInt64.random(in: 0...(Bool.random(using: &random) ? 10 : 1_200), using: &random))
                $0.gasLimit = UInt64.random(in: 21_000...600_000, using: &random)
                $0.maxFeePerGas = U256(UInt64.random(in: 0...110, using: &random))
                $0.maxPriorityFeePerGas = U256(UInt64.random(in: 0...60, using: &random))
                if Int.random(in: 0..<10, using: &random) == 0 {
                    $0.chainID = [nil, 1, 2, 0].randomElement(using: &random)!
                }
                if Int.random(in: 0..<10, using: &random) == 0 {
                    $0.kind = [.legacy, .accessList, .blob, .setCode].randomElement(using: &random)!
                }
            }
            clock.now += UInt64.random(in: 0...60_000, using: &random)
            let route: SigningRoute = Int.random(in: 0..<8, using: &random) == 0 ? .public : .bundle
            guard ask(signer, transaction, route) == nil else { continue }
            count += 1
            if let highest {
                #expect(nonce <= highest + 4, "a gap")
                #expect(nonce >= highest || signedAt.contains { $0.nonce == nonce }, "an old nonce, never used")
            }
            highest = max(highest ?? 0, nonce)
            #expect(transaction.chainID == 1 && route == .bundle && [.dynamicFee, .blob].contains(transaction.kind))
            #expect(
                transaction.gasLimit <= 500_000 && transaction.maxFeePerGas <= 100
                    && transaction.maxPriorityFeePerGas <= 50)
            let minute = clock.now / 60_000 % 1_440
            #expect((600..<900).contains(minute))
            let cost = transaction.maxFeePerGas * U256(transaction.gasLimit) + transaction.value
            #expect(cost <= 40_000_000)
            if transaction.to == executorAddress {
                #expect(transaction.value <= 1_000 && transaction.data.starts(with: [0xaa, 0xbb, 0xcc, 0xdd]))
            } else {
                #expect(transaction.to == treasuryAddress && transaction.data.isEmpty && transaction.value <= 500)
            }
            signedAt.append((clock.now, nonce, transaction.value, cost))
            for (span, nonces, cap) in [(UInt64(3_600_000), 3, U256(100_000_000)), (86_400_000, 5, 150_000_000)] {
                // New nonces within the window, each at the dearest seen in it: a floor of what the signer counted.
                let inside = signedAt.filter { $0.time + span > clock.now }
                let before = Set(signedAt.filter { $0.time + span <= clock.now }.map(\.nonce))
                let fresh = inside.filter { !before.contains($0.nonce) }
                #expect(Set(fresh.map(\.nonce)).count <= nonces)
                let sum = Dictionary(grouping: fresh, by: \.nonce).values.reduce(U256.zero) {
                    $0 + ($1.map(\.cost).max() ?? .zero)
                }
                #expect(sum <= cap)
            }
        }
        #expect(count > 20, "the walk signed only \(count)")
    }

    @Test func hoursAreReadStrictly() {
        #expect(ChainPolicy.Hours("06:00-22:30") == .init(start: 360, end: 1_350))
        #expect(ChainPolicy.Hours("22:00-06:00")?.contains(0) == true)
        #expect(ChainPolicy.Hours("22:00-06:00")?.contains(360) == false)
        #expect(ChainPolicy.Hours("00:00-24:00")?.contains(1_439) == true)
        for wrong in [
            "", "6:00-7:00", "06:00", "06:60-07:00", "24:00-01:00", "06:00-06:00", "06:00-07:00-08:00", "a6:00-07:00",
        ] {
            #expect(ChainPolicy.Hours(wrong) == nil)
        }
    }
}
