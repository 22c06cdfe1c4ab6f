import EVM
import EVMCodec
import EVMTypes

/// What the pool asks of a transaction before it looks at the other ones, in geth's order and words.
///
/// Source: go-ethereum `core/txpool/validation.go`.
struct PoolRules {
    var fork: Hardfork
    var chainID: UInt64
    var gasLimit: UInt64
    var bytesMax: Int
    var minimumTip: U256
    var blobsMax: Int

    /// The rules that need no state.
    func judge(_ pooled: PooledTransaction) throws(DevnetError) {
        let transaction = pooled.transaction
        guard fork >= transaction.kind.firstFork else { throw DevnetError("transaction type not supported") }
        guard pooled.raw.count <= bytesMax else {
            throw DevnetError("oversized data: transaction size \(pooled.raw.count), limit \(bytesMax)")
        }
        if fork >= .shanghai, transaction.to == nil, transaction.data.count > Transaction.initCodeMax {
            throw DevnetError(
                "max initcode size exceeded: code size \(transaction.data.count), limit \(Transaction.initCodeMax)")
        }
        if fork >= .osaka, transaction.gasLimit > Transaction.gasLimitMax {
            throw DevnetError(
                "transaction gas limit too high (cap: \(Transaction.gasLimitMax), tx: \(transaction.gasLimit))")
        }
        guard transaction.gasLimit <= gasLimit else { throw DevnetError("exceeds block gas limit") }
        if let signed = transaction.chainID, signed != chainID {
            throw DevnetError("invalid sender: invalid chain id for signer: have \(signed) want \(chainID)")
        }
        let intrinsic = transaction.intrinsicGas(fork)
        guard transaction.gasLimit >= intrinsic else {
            throw DevnetError("intrinsic gas too low: gas \(transaction.gasLimit), minimum needed \(intrinsic)")
        }
        let floor = transaction.floorGas(fork)
        guard transaction.gasLimit >= floor else {
            throw DevnetError(
                "insufficient gas for floor data gas cost: gas \(transaction.gasLimit), minimum needed \(floor)")
        }
        guard transaction.tipCap >= minimumTip else {
            throw DevnetError(
                "transaction underpriced: gas tip cap \(transaction.tipCap), minimum needed \(minimumTip)")
        }
        guard transaction.blobVersionedHashes.count <= blobsMax else {
            throw DevnetError(
                "too many blobs in transaction: have \(transaction.blobVersionedHashes.count), permitted \(blobsMax)")
        }
    }

    /// The rules about the sender. `queued` is what its other transactions cost.
    func judge(_ pooled: PooledTransaction, account: AccountState?, queued: U256) throws(DevnetError) {
        let transaction = pooled.transaction
        let next = account?.nonce ?? 0, balance = account?.balance ?? .zero
        guard transaction.nonce >= next else {
            throw DevnetError("nonce too low: next nonce \(next), tx nonce \(transaction.nonce)")
        }
        guard let cost = pooled.cost else { throw DevnetError("max fee per gas higher than 2^256-1") }
        guard balance >= cost else {
            throw DevnetError(
                "insufficient funds for gas * price + value: balance \(balance), tx cost \(cost), "
                    + "overshot \(cost - balance)")
        }
        guard let all = queued.adding(cost), balance >= all else {
            throw DevnetError(
                "insufficient funds for gas * price + value: balance \(balance), queued cost \(queued), "
                    + "tx cost \(cost), overshot \(queued.adding(cost).map { $0 - balance } ?? .max)")
        }
    }
}
