internal import EVMCodec
internal import EVMCrypto
internal import EVMTypes

/// The transaction of one post, with its sender.
struct SenderTransaction {
    var transaction: Transaction
    var sender: Address
}

/// Why a post gives no transaction.
enum TransactionFailure: Error {
    /// Consensus refuses its bytes; this is an answer.
    case refused(TransactionError)
    /// The decoder contradicts the file; this is a failure of ours or of the file.
    case wrong(StateMismatch)
    /// The file cannot be used.
    case unusable(TestFileError)
}

extension StateTestCase {
    /// The transaction of a post: from its bytes, which must encode back to themselves and recover to the sender that
    /// the file names, else from the JSON members.
    func transaction(of post: StateTestPost, at fork: Hardfork) throws(TransactionFailure) -> SenderTransaction {
        if let bytes = post.transactionBytes { return try decoded(bytes, at: fork) }
        do { return try described(post) } catch { throw .unusable(error) }
    }

    private func decoded(_ bytes: [UInt8], at fork: Hardfork) throws(TransactionFailure) -> SenderTransaction {
        let allowsHighS = fork == .frontier
        let decoded: Transaction
        do { decoded = try Transaction(decoding: bytes, allowingHighS: allowsHighS) } catch { throw .refused(error) }
        let again = decoded.encoded()
        if again != bytes {
            throw .wrong(
                StateMismatch(
                    .transaction, expected: StateMismatch.brief(bytes), got: StateMismatch.brief(again)))
        }
        guard let sender = decoded.sender(allowingHighS: allowsHighS) else { throw .refused(.unrecoverable) }
        if let named = transaction["sender"]?.address, named != sender {
            throw .wrong(StateMismatch(.transaction, expected: "sender \(named.hex)", got: "sender \(sender.hex)"))
        }
        return SenderTransaction(transaction: decoded, sender: sender)
    }

    /// The JSON form: legacy transactions only, which is all that files without bytes have.
    private func described(_ post: StateTestPost) throws(TestFileError) -> SenderTransaction {
        func pick(_ key: String, _ index: Int) throws(TestFileError) -> JSON {
            let list = try transaction.list(key)
            guard index < list.count else { throw TestFileError("transaction: \(key)[\(index)] is missing") }
            return list[index]
        }
        for key in ["maxFeePerGas", "accessLists", "blobVersionedHashes", "authorizationList"]
        where transaction[key] != nil {
            throw TestFileError("transaction: has \(key), so the post must have txbytes")
        }
        guard let gasLimit = try pick("gasLimit", post.gasIndex).quantityU64,
            let value = try pick("value", post.valueIndex).quantityU256,
            let data = try pick("data", post.dataIndex).hexBytes
        else {
            throw TestFileError("transaction: data, gasLimit or value of \(post.fork)[\(post.index)] is no hex value")
        }
        let to = try transaction.member("to").string == "" ? nil : try transaction.address("to")
        let result = Transaction(
            kind: .legacy, chainID: nil, nonce: try transaction.number("nonce"), gasLimit: gasLimit, to: to,
            value: value, data: data, gasPrice: try transaction.word("gasPrice"))
        return SenderTransaction(transaction: result, sender: try sender())
    }

    /// The sender, which must be the secret key's address where both are given.
    private func sender() throws(TestFileError) -> Address {
        let named = transaction["sender"]?.address
        if let text = transaction["secretKey"]?.string {
            guard let bytes = Hex.decode(text), let key = PrivateKey(bytes: bytes) else {
                throw TestFileError("transaction: secretKey is no key")
            }
            if let named, named != key.address { throw TestFileError("transaction: sender is not secretKey's address") }
            return key.address
        }
        guard let named else { throw TestFileError("transaction: neither sender nor secretKey") }
        return named
    }
}
