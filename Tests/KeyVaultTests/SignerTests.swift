import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import Synchronization
import Testing

@testable import KeyVault

@Suite struct SignerTests {
    private let executor = Address(hex: "0x3535353535353535353535353535353535353535") ?? .zero

    private func policy(chainIDs: Set<UInt64> = [1]) -> SigningPolicy {
        SigningPolicy(
            chainIDs: chainIDs, recipients: [executor], valueWeiMax: 1_000, feePerGasWeiMax: 100, gasLimitMax: 500_000,
            costWeiMax: 40_000_000, kinds: [.dynamicFee, .legacy])
    }

    private func transaction(_ change: (inout Transaction) -> Void = { _ in }) -> Transaction {
        var transaction = Transaction(kind: .dynamicFee, chainID: 1, nonce: 9, gasLimit: 400_000, to: executor)
        transaction.value = 1_000
        transaction.maxFeePerGas = 99
        transaction.maxPriorityFeePerGas = 99
        change(&transaction)
        return transaction
    }

    @Test func whatThePolicyAllowsIsSignedByTheKey() throws {
        let signer = try LocalSigner(key: key(sampleKey), policy: policy())
        let signed = try signer.sign(transaction())
        #expect(signed.sender() == signer.address)
        #expect(signed.signature?.isLowS == true)
        #expect(signer.snapshot.transactionsSigned == 1 && signer.snapshot.refusals.isEmpty)
    }

    @Test func everythingElseIsRefusedWithItsReason() throws {
        let other = Address(hex: "0x3535353535353535353535353535353535353536") ?? .zero
        let cases: [(SigningRefusal, (inout Transaction) -> Void)] = [
            (.chainNotAllowed, { $0.chainID = 2 }), (.unprotected, { $0.chainID = nil }),
            (.kindNotAllowed, { $0.kind = .setCode }), (.kindNotAllowed, { $0.kind = .accessList }),
            (.recipientNotAllowed, { $0.to = other }), (.creationNotAllowed, { $0.to = nil }),
            (.valueTooHigh, { $0.value = 1_001 }), (.gasTooHigh, { $0.gasLimit = 500_001 }),
            (.feeTooHigh, { $0.maxFeePerGas = 101 }), (.feeTooHigh, { $0.maxFeePerGas = .max }),
            (.tipAboveFee, { $0.maxPriorityFeePerGas = 100 }), (.costTooHigh, { $0.gasLimit = 500_000 }),
            (
                .feeTooHigh,
                {
                    $0.kind = .legacy
                    $0.gasPrice = 101
                }
            ),
            (.alreadySigned, { $0.signature = Signature(r: 1, s: 1, yParity: 0) }),
        ]
        let signer = try LocalSigner(key: key(sampleKey), policy: policy())
        for (reason, change) in cases {
            let changed = transaction(change)
            #expect(policy().refusal(of: changed) == reason)
            #expect(throws: reason) { try signer.sign(changed) }
        }
        #expect(signer.snapshot.transactionsSigned == 0)
        #expect(signer.snapshot.refusals.values.reduce(0, +) == UInt64(cases.count))
        #expect(throws: SigningRefusal.messageNotAllowed) { try signer.signPersonalMessage([1]) }
    }

    @Test func costsThatOverflowAreRefusedNotWrapped() {
        let wide = SigningPolicy(
            chainIDs: [1], recipients: [executor], valueWeiMax: .max, feePerGasWeiMax: .max, gasLimitMax: .max)
        #expect(wide.refusal(of: transaction { $0.maxFeePerGas = .max }) == .costTooHigh)
        #expect(wide.refusal(of: transaction { $0.value = .max }) == .costTooHigh)
        #expect(wide.refusal(of: transaction()) == nil)
    }

    @Test func blobFeesCountTowardsTheCost() {
        var allowing = policy()
        allowing.kinds = [.blob]
        allowing.costWeiMax = 40_000_000
        let blob = transaction {
            $0.kind = .blob
            $0.maxFeePerBlobGas = 3
            $0.blobVersionedHashes = [.zero]
        }
        #expect(allowing.refusal(of: blob) == nil)  // 39,601,000 + 393,216
        allowing.costWeiMax = 39_994_215
        #expect(allowing.refusal(of: blob) == .costTooHigh)
        var dear = blob
        dear.maxFeePerBlobGas = 101
        #expect(allowing.refusal(of: dear) == .feeTooHigh)
    }

    @Test func anEmptyPolicyAllowsNothing() {
        #expect(SigningPolicy.messagesOnly.refusal(of: transaction()) == .chainNotAllowed)
    }

    @Test func aPauseStopsSigningAtOnceAndResumeAllowsItAgain() throws {
        let signer = try LocalSigner(key: key(sampleKey), policy: policy())
        signer.pause()
        #expect(signer.isPaused)
        #expect(throws: SigningRefusal.paused) { try signer.sign(transaction()) }
        // The pause is the reason given, whatever else is wrong.
        #expect(throws: SigningRefusal.paused) { try signer.sign(transaction { $0.chainID = 2 }) }
        signer.resume()
        _ = try signer.sign(transaction())
        #expect(signer.snapshot.refusals == [.paused: 2])
    }

    @Test(.timeLimit(.minutes(1))) func noSignatureIsHandedOutAfterPauseReturned() throws {
        let signer = try LocalSigner(key: key(sampleKey), policy: policy())
        let job = transaction()
        let handedOut = Atomic<UInt64>(0), running = Atomic<Int>(2)
        // Threads of their own: busy tasks would take the whole cooperative pool of a small machine.
        for _ in 0..<2 {
            Thread.detachNewThread {
                while (try? signer.sign(job)) != nil { handedOut.wrappingAdd(1, ordering: .relaxed) }
                running.wrappingSubtract(1, ordering: .sequentiallyConsistent)
            }
        }
        while signer.snapshot.transactionsSigned < 50 { usleep(1_000) }
        signer.pause()
        let atPause = signer.snapshot.transactionsSigned
        while running.load(ordering: .sequentiallyConsistent) > 0 { usleep(1_000) }
        #expect(handedOut.load(ordering: .relaxed) == atPause && signer.snapshot.transactionsSigned == atPause)
    }

    @Test func messagesAreEIP191AndRecoverToTheSigner() throws {
        // apis.md 6.3 key; the signature was made by eth-account 0.14.0 (sign_message of "hello martlet").
        let signer = try LocalSigner(key: key(String(repeating: "46", count: 32)), policy: .messagesOnly)
        let message = Array("hello martlet".utf8)
        let signature = try signer.signPersonalMessage(message)
        #expect(Secp256k1.recover(EIP191.personalHash(message), signature) == signer.address)
        #expect(Hex.encode(signature.bytes65(v27: true)) == helloSignature)
        #expect(throws: SigningRefusal.chainNotAllowed) { try signer.sign(transaction()) }
    }

    @Test func publishedKeysSignOnLocalChainsOnly() throws {
        let published = [
            String(repeating: "0", count: 63) + "1", String(repeating: "0", count: 62) + "64",
            String(repeating: "46", count: 32),
            "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",  // "test … junk", account 0
        ]
        for hex in published {
            #expect(WellKnownKeys.contains(key(hex).address))
            for chains: Set<UInt64> in [[1], [1_337, 42_161]] {
                let error = failure { () throws(KeyVaultError) in
                    try LocalSigner(key: key(hex), policy: policy(chainIDs: chains))
                }
                #expect(error?.code == .wellKnownKey)
            }
            let local = try LocalSigner(key: key(hex), policy: policy(chainIDs: [1_337, 31_337]))
            #expect(local.address == key(hex).address)
        }
        #expect(!WellKnownKeys.contains(key(sampleKey).address))
        #expect(!WellKnownKeys.contains(key(String(repeating: "0", count: 62) + "65").address))
        for address in [
            "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x9858EfFD232B4033E47d90003D41EC34EcaEda94",
            "0xd9A284367b6D3e25A91c91b5A430AF2593886EB9", "0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1",
            "0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199", "0x4C1C56443AbFe6dD33de31dAaF0a6E929DBc4971",
            "0x1dF62f291b2E969fB0849d99D9Ce41e2F137006e", "0x627306090abaB3A6e1400e9345bC60c78a8BEf57",
        ] {
            #expect(WellKnownKeys.contains(try #require(Address(hex: address))))
        }
        #expect(WellKnownKeys.sentenceCount == 20)
        #expect(WellKnownKeys.accounts(of: "no sentence", "").isEmpty)
    }
}

/// eth-account 0.14.0: `Account.sign_message(encode_defunct(text="hello martlet"), b"\x46" * 32)`.
private let helloSignature =
    "0x0aaa8b5651d55c89172a64454a3c16ab3f89b58a576726bf696cef203a0041d7"
    + "7d39bb7b247e9400a6367a6392123ee8089a2f64f9d0c6e354f166dd64af42ca1b"
