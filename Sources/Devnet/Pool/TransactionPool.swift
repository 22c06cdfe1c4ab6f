import EVMCodec
import EVMTypes

/// Bounds of the pool.
struct PoolLimits {
    /// Transactions in all.
    var total = 50_000
    /// Transactions of one sender.
    var perSender = 5_000
    /// Bytes of an envelope. Source: geth, `txMaxSize`.
    var bytesMax = 128 * 1024
    /// Percent that a replacement must pay more, in every fee.
    var bump: UInt64 = 10
    /// The same where blobs are involved.
    var blobBump: UInt64 = 100
}

/// The transactions that wait, by sender and nonce. Holds no state: the caller names the sender's next nonce.
struct TransactionPool {
    var limits = PoolLimits()
    private(set) var senders: [Address: [UInt64: PooledTransaction]] = [:]
    private(set) var byHash: [Hash32: PooledTransaction] = [:]
    /// The private ones.
    private(set) var privateHashes: Set<Hash32> = []
    private var arrivals: UInt64 = 0

    var count: Int { byHash.count }

    /// What the sender's transactions can cost together, the one with this nonce left out.
    func cost(of sender: Address, except nonce: UInt64) -> U256 {
        var sum = U256.zero
        for (key, held) in senders[sender] ?? [:] where key != nonce {
            sum = held.cost.flatMap { sum.adding($0) } ?? .max
        }
        return sum
    }

    /// The transaction of a sender with a nonce.
    func transaction(of sender: Address, nonce: UInt64) -> PooledTransaction? { senders[sender]?[nonce] }

    /// The sender's next nonce when everything public that can be executed is.
    func nextNonce(of sender: Address, after nonce: UInt64) -> UInt64 {
        guard let queue = senders[sender] else { return nonce }
        var next = nonce
        while let held = queue[next], held.privateUntil == nil { next += 1 }
        return next
    }

    /// The sender's public transactions that can be executed one after another from a nonce on.
    func executable(of sender: Address, from nonce: UInt64) -> [PooledTransaction] {
        guard let queue = senders[sender] else { return [] }
        var run: [PooledTransaction] = [], next = nonce
        while let held = queue[next] {
            run.append(held)
            next += 1
        }
        return run
    }

    /// Puts a transaction in; the bounds and the replacement rule are held to. Gives back what it replaced.
    @discardableResult
    mutating func insert(_ transaction: PooledTransaction) throws(DevnetError) -> PooledTransaction? {
        if byHash[transaction.hash] != nil { throw DevnetError("already known") }
        let nonce = transaction.transaction.nonce
        let old = senders[transaction.sender]?[nonce]
        if let old {
            try judgeReplacement(old.transaction, by: transaction.transaction)
        } else {
            guard count < limits.total else { throw DevnetError("txpool is full") }
            guard (senders[transaction.sender]?.count ?? 0) < limits.perSender else {
                throw DevnetError("account limit exceeded: pooled \(limits.perSender) txs")
            }
        }
        place(transaction)
        return old
    }

    /// Puts a transaction back that was in a block; it takes the place of any other.
    mutating func restore(_ transaction: PooledTransaction) {
        var opened = transaction
        opened.privateUntil = nil
        place(opened)
    }

    private mutating func place(_ transaction: PooledTransaction) {
        var held = transaction
        arrivals += 1
        held.arrival = arrivals
        let nonce = held.transaction.nonce
        if let old = senders[held.sender]?[nonce] { remove(old.hash) }
        senders[held.sender, default: [:]][nonce] = held
        byHash[held.hash] = held
        if held.privateUntil != nil { privateHashes.insert(held.hash) }
    }

    /// Takes a transaction out.
    @discardableResult
    mutating func remove(_ hash: Hash32) -> PooledTransaction? {
        guard let held = byHash.removeValue(forKey: hash) else { return nil }
        privateHashes.remove(hash)
        senders[held.sender]?[held.transaction.nonce] = nil
        if senders[held.sender]?.isEmpty == true { senders[held.sender] = nil }
        return held
    }

    mutating func removeAll() {
        senders = [:]
        byHash = [:]
        privateHashes = []
    }

    /// Drops what can never be mined: nonces that are used up, private ones whose time is over.
    mutating func prune(sender: Address, nonce: UInt64, nextBlock: UInt64) {
        for (key, held) in senders[sender] ?? [:] where key < nonce || held.privateUntil.map({ $0 < nextBlock }) == true
        {
            remove(held.hash)
        }
    }

    /// Every fee must rise by the bump: 10 %, or 100 % for blobs. The bound is rounded down, as geth's.
    private func judgeReplacement(_ old: Transaction, by new: Transaction) throws(DevnetError) {
        guard (old.kind == .blob) == (new.kind == .blob) else { throw DevnetError("address already reserved") }
        let isBlob = old.kind == .blob
        let bump = isBlob ? limits.blobBump : limits.bump
        var pairs = [(old.feeCap, new.feeCap), (old.tipCap, new.tipCap)]
        if isBlob { pairs.append((old.maxFeePerBlobGas, new.maxFeePerBlobGas)) }
        for (before, after) in pairs {
            let bound = before.multiplied(by: U256(100 + bump)).map { $0 / 100 } ?? .max
            guard after >= bound, isBlob || after > before else {
                throw DevnetError("replacement transaction underpriced")
            }
        }
    }
}
