import EVMCodec
import EVMTypes
import Foundation
import TestSupport
import Testing

/// The official `transaction` suite: every file, every fork it judges.
@Suite struct TransactionSuiteTests {
    private static let forks: [String: Hardfork] = [
        "Frontier": .frontier, "Homestead": .homestead, "EIP150": .tangerineWhistle, "EIP158": .spuriousDragon,
        "Byzantium": .byzantium, "Constantinople": .constantinople, "ConstantinopleFix": .petersburg,
        "Istanbul": .istanbul, "Berlin": .berlin, "London": .london, "Paris": .paris, "Shanghai": .shanghai,
        "Cancun": .cancun,
    ]

    /// For each official reason what we may call it. Several faults in one vector may be found in another order.
    private static let reasons: [String: @Sendable (TransactionError) -> Bool] = {
        func malformed(_ fields: TransactionError.Field..., by causes: RLPError...)
            -> @Sendable (TransactionError) -> Bool
        {
            { error in
                guard case .malformed(let field, let cause) = error else { return false }
                return fields.contains(field) && causes.contains(cause)
            }
        }
        func any(_ errors: TransactionError...) -> @Sendable (TransactionError) -> Bool { { errors.contains($0) } }
        @Sendable func kind(_ error: TransactionError) -> Bool {
            // Found first: the bytes are wrong for the type whatever the fork.
            switch error {
            case .kindNotActive, .unsupportedType, .gasCostOverflow, .priorityAboveMaxFee: true
            case .malformed(.maxFeePerGas, .overflow), .malformed(.authorizations, .expectedList): true
            default: false
            }
        }
        @Sendable func signature(_ error: TransactionError) -> Bool {
            switch error {
            case .signatureOutOfRange, .highS, .invalidParity, .replayProtectionNotActive, .unrecoverable: true
            case .malformed(.r, .overflow), .malformed(.s, .overflow), .malformed(.v, .overflow): true
            default: false
            }
        }
        return [
            "ADDRESS_TOO_LONG": malformed(.to, by: .wrongSize), "ADDRESS_TOO_SHORT": malformed(.to, by: .wrongSize),
            "INTRINSIC_GAS_TOO_LOW": any(.intrinsicGasTooLow), "TYPE_NOT_SUPPORTED": kind,
            "GASLIMIT_PRICE_PRODUCT_OVERFLOW": any(.gasCostOverflow),
            "RLP_LEADING_ZEROS_BASEFEE": malformed(.maxFeePerGas, by: .leadingZero),
            "GASPRICE_OVERFLOW": malformed(.gasPrice, .maxFeePerGas, by: .overflow),
            "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2": any(.priorityAboveMaxFee),
            "RLP_INVALID_ACCESS_LIST_ADDRESS_TOO_LONG": malformed(.accessList, by: .wrongSize),
            "RLP_INVALID_ACCESS_LIST_STORAGE_TOO_SHORT": malformed(.accessList, by: .wrongSize),
            "GASLIMIT_OVERFLOW": malformed(.gasLimit, by: .overflow, .leadingZero),
            "RLP_LEADING_ZEROS_GASLIMIT": malformed(.gasLimit, by: .leadingZero),
            "NONCE_OVERFLOW": malformed(.nonce, by: .overflow), "NONCE_TOO_BIG": any(.nonceTooHigh),
            "RLP_LEADING_ZEROS_NONCE": malformed(.nonce, by: .leadingZero),
            "INVALID_CHAINID": any(.wrongChain, .invalidParity, .highS, .malformed(.v, .overflow)),
            "INVALID_SIGNATURE_VRS": signature, "EC_RECOVERY_FAIL": any(.unrecoverable, .intrinsicGasTooLow),
            "RLP_LEADING_ZEROS_V": malformed(.v, by: .leadingZero),
            "RLP_LEADING_ZEROS_R": malformed(.r, by: .leadingZero),
            "RLP_LEADING_ZEROS_S": malformed(.s, by: .leadingZero),
            "RLP_TOO_FEW_ELEMENTS": any(.fieldCount, .malformed(.v, .overflow)),
            "RLP_LEADING_ZEROS_VALUE": malformed(.value, by: .leadingZero),
            "RLP_LEADING_ZEROS_DATA_SIZE": malformed(.data, by: .leadingZero),
            "RLP_INVALID_GASLIMIT": malformed(.gasLimit, by: .expectedBytes),
            "RLP_ERROR_SIZE": malformed(.envelope, by: .trailingBytes, .unexpectedEnd, .longFormOfShort, .leadingZero),
            "RLP_LEADING_ZEROS_NONCE_SIZE": malformed(.nonce, by: .wrappedByte),
            "RLP_INVALID_DATA": malformed(.data, by: .expectedBytes),
            "RLP_INVALID_SIGNATURE_R": malformed(.r, by: .expectedBytes),
            "RLP_ERROR_EOF": any(.unsupportedType(0xB8), .malformed(.envelope, .unexpectedEnd)),
        ]
    }()

    /// What the product says: the decoded transaction and its sender, or why not.
    private func judge(_ bytes: [UInt8], _ fork: Hardfork) -> Result<(Transaction, Address), TransactionError> {
        do throws(TransactionError) {
            let transaction = try Transaction(decoding: bytes, allowingHighS: fork == .frontier)
            try transaction.validate(for: fork, chainID: 1)
            guard let sender = transaction.sender(allowingHighS: fork == .frontier) else { throw .unrecoverable }
            return .success((transaction, sender))
        } catch { return .failure(error) }
    }

    @Test func `every official transaction is accepted or rejected as the fork demands`() throws {
        guard let files = try VectorArchive.stateTests.jsonFiles(under: "transaction") else { return }
        #expect(files.count == 145)
        var accepts = 0
        var rejects = 0
        for file in files {
            let cases = try #require(parsedJSON(file).object)
            for (name, test) in zip(cases.keys, cases.values) {
                let bytes = try #require(test["txbytes"]?.hexBytes)
                let results = try #require(test["result"]?.object)
                for (forkName, expected) in zip(results.keys, results.values) {
                    let fork = try #require(Self.forks[forkName], "unknown fork \(forkName)")
                    switch (judge(bytes, fork), expected["exception"]?.string) {
                    case (.success(let (transaction, sender)), nil):
                        accepts += 1
                        #expect(transaction.hash == expected["hash"]?.hash32, "\(name) \(forkName)")
                        #expect(sender == expected["sender"]?.address, "\(name) \(forkName)")
                        #expect(
                            transaction.intrinsicGas(fork) == expected["intrinsicGas"]?.quantityU64,
                            "\(name) \(forkName)")
                        #expect(transaction.encoded() == bytes, "\(name) \(forkName)")
                    case (.failure(let ours), let theirs?):
                        rejects += 1
                        let reason = theirs.replacing("TransactionException.", with: "")
                        let fits = try #require(Self.reasons[reason], "unknown reason \(reason)")
                        #expect(fits(ours), "\(name) \(forkName): refused as \(ours), should be \(reason)")
                    case (.success, let theirs?): Issue.record("\(name) \(forkName): accepted, should be \(theirs)")
                    case (.failure(let ours), nil): Issue.record("\(name) \(forkName): refused (\(ours)), is valid")
                    }
                }
            }
        }
        #expect(accepts == 475)
        #expect(rejects == 1_366)
        print("transaction suite: \(accepts) accepts, \(rejects) rejects")
    }
}
