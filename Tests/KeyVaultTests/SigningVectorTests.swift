import EVMCodec
import EVMCrypto
import EVMTypes
import Foundation
import Testing

@testable import KeyVault

/// What a searcher signs besides transactions, through `SigningRequest` and a signer, beside eth-account and eth-abi
/// (Tests/Vectors/signing).
@Suite struct SigningVectorTests {
    private let vectors: JSON
    private let signer: LocalSigner

    init() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        vectors = try JSON.parse(Array(Data(contentsOf: folder.appending(path: "Vectors/signing/vectors.json"))))
        let secret = key("0x" + String(repeating: "46", count: 32))
        let policy = KeyPolicy(address: secret.address, allowsMessages: true)
        signer = try LocalSigner(key: secret, policy: policy)
    }

    private func cases(_ section: String, _ count: Int) throws -> [JSON] {
        let all = try #require(vectors[section]?.array)
        #expect(all.count == count)
        return all
    }

    private func number(_ json: JSON, _ name: String) throws -> U256 {
        try #require(json[name]?.string.flatMap { U256(hex: $0) })
    }

    private func address(_ json: JSON, _ name: String) throws -> Address { try #require(json[name]?.address) }

    /// The signature that the key makes of a request's digest, whatever its rules say.
    private func signature(_ request: SigningRequest) -> [UInt8] {
        key("0x" + String(repeating: "46", count: 32)).sign(request.digest).bytes65(v27: true)
    }

    @Test func flashbotsHeaders() throws {
        for test in try cases("flashbots", 12) {
            let hash = Keccak256.hash(Array(try #require(test["body"]?.string).utf8))
            let made = try signer.signPersonalMessage(Array(hash.hex.utf8)).bytes65(v27: true)
            #expect(SigningRequest.message(Array(hash.hex.utf8)).digest == test["digest"]?.hash32)
            #expect(test["header"] == .string("\(signer.address.checksummed):\(Hex.encode(made))"))
        }
    }

    @Test func expressLaneMessages() throws {
        for test in try cases("timeboost", 24) {
            let message = TimeboostMessage(
                chainID: try #require(try number(test, "chainId").asUInt64), auction: try address(test, "auction"),
                round: try #require(try number(test, "round").asUInt64),
                sequence: try #require(try number(test, "sequence").asUInt64),
                transaction: try #require(test["transaction"]?.hexBytes))
            let request = try SigningRequest(.timeboost(message))
            #expect(request.digest == test["digest"]?.hash32)
            #expect(Keccak256.hash(try request.preimage()) == request.digest)
            #expect(signature(request) == test["signature"]?.hexBytes)
        }
    }

    @Test func expressLaneBids() throws {
        for test in try cases("bid", 12) {
            let request = try SigningRequest(.typedData(try #require(test["document"])))
            #expect(request.digest == test["digest"]?.hash32)
            #expect(signature(request) == test["signature"]?.hexBytes)
        }
    }

    @Test func delegations() throws {
        for test in try cases("authorization", 24) {
            let authorization = Authorization(
                chainID: try number(test, "chainId"), address: try address(test, "address"),
                nonce: try #require(try number(test, "nonce").asUInt64))
            let request = try SigningRequest(.authorization(authorization))
            #expect(request.digest == test["digest"]?.hash32)
            #expect(Keccak256.hash(try request.preimage()) == request.digest)
            let made = try #require(Signature(bytes65: signature(request)))
            #expect(try made.r == number(test, "r") && made.s == number(test, "s"))
            #expect(test["yParity"]?.uint64 == UInt64(made.yParity))
        }
    }

    @Test func safeTransactions() throws {
        for test in try cases("safe", 24) {
            var transaction = SafeTransaction(to: try address(test, "to"), nonce: try number(test, "nonce"))
            transaction.value = try number(test, "value")
            transaction.data = try #require(test["data"]?.hexBytes)
            transaction.operation = try number(test, "operation").isZero ? .call : .delegateCall
            transaction.safeTxGas = try number(test, "safeTxGas")
            transaction.baseGas = try number(test, "baseGas")
            transaction.gasPrice = try number(test, "gasPrice")
            transaction.gasToken = try address(test, "gasToken")
            transaction.refundReceiver = try address(test, "refundReceiver")
            let safe = try address(test, "safe")
            let chainID = test["old"] == .bool(true) ? nil : try number(test, "chainId").asUInt64
            let hash = transaction.hash(chainID: chainID, safe: safe)
            #expect(hash == test["hash"]?.hash32)
            // The document that wallets are shown hashes to the same.
            #expect(try SigningRequest(.typedData(transaction.typedData(chainID: chainID, safe: safe))).digest == hash)
            let signatures = try #require(test["signatures"]?.array).compactMap(\.hexBytes)
            let owners = try signatures.map { bytes in
                let signature = try #require(Signature(bytes65: bytes))
                return try #require(Secp256k1.recover(hash, signature))
            }
            #expect(owners.map(\.checksummed) == test["owners"]?.array?.compactMap(\.string))
            let pairs = zip(owners, signatures).reversed().map { (owner: $0.0, bytes: $0.1) }
            let joined = try #require(SafeTransaction.join(pairs))
            #expect(transaction.execution(signatures: joined) == test["call"]?.hexBytes)
        }
    }
}
