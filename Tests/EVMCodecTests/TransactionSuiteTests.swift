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
        var reasons: [String: Set<String>] = [:]
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
                        reasons[theirs, default: []].insert("\(ours)")
                    case (.success, let theirs?): Issue.record("\(name) \(forkName): accepted, should be \(theirs)")
                    case (.failure(let ours), nil): Issue.record("\(name) \(forkName): refused (\(ours)), is valid")
                    }
                }
            }
        }
        #expect(accepts == 475)
        #expect(rejects == 1_366)
        print("transaction suite: \(accepts) accepts, \(rejects) rejects")
        for (theirs, ours) in reasons.sorted(by: { $0.key < $1.key }) { print("  \(theirs): \(ours.sorted())") }
    }
}
