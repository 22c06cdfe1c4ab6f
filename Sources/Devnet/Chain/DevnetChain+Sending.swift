import EVM
public import EVMCodec
public import EVMTypes
public import Simulation

extension DevnetChain {
    /// Takes a signed transaction into the pool, and under instant mining makes a block of it.
    @discardableResult
    public func send(_ transaction: Transaction) async throws(DevnetError) -> Hash32 {
        try await send(try PooledTransaction(transaction))
    }

    /// As `send(_:)`, of an envelope.
    @discardableResult
    public func send(raw: [UInt8]) async throws(DevnetError) -> Hash32 {
        try await send(try PooledTransaction(raw: raw))
    }

    /// Takes a transaction into the pool.
    @discardableResult
    public func send(_ pooled: PooledTransaction) async throws(DevnetError) -> Hash32 {
        try await withState { chain throws(DevnetError) in try chain.admit(pooled) }
        try await mineIfInstant(pooled.sender)
        return pooled.hash
    }

    /// Under instant mining makes blocks as long as the sender's next transaction can be in one.
    func mineIfInstant(_ sender: Address) async throws(DevnetError) {
        guard settings.mining == .instant else { return }
        // Each block takes at least one of the sender's transactions, or ends this.
        while true {
            let nonce = try await nonce(of: sender)
            guard pool.transaction(of: sender, nonce: nonce) != nil else { return }
            let block = try await mine()
            if !block.transactions.contains(where: { $0.pooled.sender == sender }) { return }
        }
    }

    /// The pool's rules, then the pool.
    func admit(_ pooled: PooledTransaction) throws(DevnetError) {
        if pool.byHash[pooled.hash] != nil || placeOfTransaction[pooled.hash] != nil {
            throw DevnetError("already known")
        }
        try poolRules.judge(pooled)
        let queued = pool.cost(of: pooled.sender, except: pooled.transaction.nonce)
        try poolRules.judge(pooled, account: try headAccount(pooled.sender), queued: queued)
        try pool.insert(pooled)
        announce(pooled.sender)
    }

    var poolRules: PoolRules {
        PoolRules(
            fork: config.fork, chainID: config.chainID, gasLimit: settings.gasLimit,
            bytesMax: pool.limits.bytesMax, minimumTip: config.minimumTip,
            blobsMax: rules.blobsPerTransactionMax ?? Int(schedule.blobs(timestamp: .max)?.max ?? 0))
    }

    /// Tells subscribers of a sender's transactions that can be executed now and were not told before.
    func announce(_ sender: Address) {
        let nonce = (world.head.account(sender) ?? nil)?.nonce ?? 0
        for held in pool.executable(of: sender, from: nonce) where held.privateUntil == nil {
            observers.pending(held, chainID: config.chainID)
        }
    }

    // MARK: Reading

    /// The sender's next nonce at the head.
    public func nonce(of address: Address) async throws(DevnetError) -> UInt64 {
        try await withState { chain throws(DevnetError) in try chain.headAccount(address)?.nonce ?? 0 }
    }

    /// The sender's next nonce after what is in the pool.
    public func pendingNonce(of address: Address) async throws(DevnetError) -> UInt64 {
        pool.nextNonce(of: address, after: try await nonce(of: address))
    }

    /// Wei at the head.
    public func balance(of address: Address) async throws(DevnetError) -> U256 {
        try await withState { chain throws(DevnetError) in try chain.headAccount(address)?.balance ?? .zero }
    }

    /// A slot at the head.
    public func storage(_ address: Address, _ key: U256) async throws(DevnetError) -> U256 {
        try await withState { chain throws(DevnetError) in try chain.slot(address, key, at: chain.world.position) }
    }

    /// The code of an account at the head.
    public func code(of address: Address) async throws(DevnetError) -> [UInt8] {
        try await withState { chain throws(DevnetError) in try chain.code(address, at: chain.world.position) }
    }

    // MARK: At a moment

    func account(_ address: Address, at moment: Int) throws(DevnetError) -> AccountState? {
        guard let account = world.account(address, at: moment) else { throw .missing([.account(address)]) }
        return account
    }

    func slot(_ address: Address, _ key: U256, at moment: Int) throws(DevnetError) -> U256 {
        guard try account(address, at: moment) != nil else { return .zero }
        guard let value = world.slot(address, key, at: moment) else { throw .missing([.slot(address, key)]) }
        return value
    }

    func code(_ address: Address, at moment: Int) throws(DevnetError) -> [UInt8] {
        guard let account = try account(address, at: moment) else { return [] }
        guard let code = world.head.code(account.codeHash) else { throw .missing([.code(address, account.codeHash)]) }
        return code
    }

    /// The moment that a block's state is: the present for the head, edits included.
    func moment(of block: SealedBlock) -> Int { block.hash == head.hash ? world.position : block.position }
}

// MARK: Calling in this process

extension DevnetChain {
    /// What `eth_call` does, on the head's state. A call that fails is an outcome too: see `CallOutcome.error`.
    public func call(_ request: CallRequest) async throws(DevnetError) -> CallOutcome {
        try await withState { chain throws(DevnetError) in
            let context = chain.callContext(chain.head)
            return try chain.simulate(at: chain.world.position) { machine, state in
                machine.call(request, in: context, on: state)
            }
        }
    }

    /// The output of a call of `to` with `data` on the head's state. Throws code 3 with the data when it reverts.
    public func call(to: Address, data: [UInt8], from: Address = .zero) async throws(DevnetError) -> [UInt8] {
        let outcome = try await call(CallRequest(from: from, to: to, data: data))
        if let error = outcome.error { throw DevnetError(error) }
        return outcome.output
    }

    /// What a mined transaction did; nil while it is not mined.
    public func receipt(_ hash: Hash32) -> MinedTransaction? {
        mined(hash).map { $0.block.transactions[$0.index] }
    }

    /// The transactions that wait, private ones too.
    public var pendingCount: Int { pool.count }

    /// The base fee of the next block, in wei.
    public var nextFee: U256 { nextBlockBaseFee }
}
