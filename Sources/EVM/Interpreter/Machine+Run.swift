internal import EVMCodec
internal import EVMCrypto
public import EVMTypes

/// One frame to be run as it is, without a transaction around it: no intrinsic gas, no fees, no nonce, no refund.
public struct FrameCall: Hashable, Sendable {
    /// What runs; need not be the receiver's own code.
    public var code: [UInt8]
    /// Calldata.
    public var input: [UInt8]
    /// Gas it starts with; above 2^63 - 1 counts as 2^63 - 1.
    public var gas: UInt64
    /// The account it works on: ADDRESS, storage, balance.
    public var receiver: Address
    /// CALLER.
    public var sender: Address
    /// ORIGIN; the sender where nil.
    public var origin: Address?
    /// CALLVALUE. It is not moved; see `transfersValue`.
    public var value: U256
    /// GASPRICE.
    public var gasPrice: U256
    /// Whether `value` moves from sender to receiver first; then a sender that has less ends the run.
    public var transfersValue = false
    /// Whether changes of the state are forbidden, as inside a STATICCALL.
    public var isStatic = false

    public init(
        code: [UInt8], input: [UInt8] = [], gas: UInt64, receiver: Address, sender: Address, origin: Address? = nil,
        value: U256 = .zero, gasPrice: U256 = .zero
    ) {
        self.code = code
        self.input = input
        self.gas = gas
        self.receiver = receiver
        self.sender = sender
        self.origin = origin
        self.value = value
        self.gasPrice = gasPrice
    }
}

extension Machine {
    /// Runs one frame over the overlay. On success the overlay holds its changes and `allLogs` ends with its logs;
    /// `output` is what it returned or reverted with. Accounts that it destroyed or emptied are deleted as at the end
    /// of a transaction. The answer's gas does not count the refund.
    public mutating func run<Tracer: StepTracer & ~Copyable>(
        _ call: FrameCall, in block: BlockEnvironment, on state: borrowing PinnedState, tracer: inout Tracer
    ) -> CallResult {
        guard Tracer.isActive else {
            var observer = NoObserver()
            return run(call, in: block, on: state, observer: &observer)
        }
        return withUnsafeMutablePointer(to: &tracer) { pointer in
            var observer = TracerObserver(tracer: pointer)
            return run(call, in: block, on: state, observer: &observer)
        }
    }

    /// As above, without a tracer.
    public mutating func run(
        _ call: FrameCall, in block: BlockEnvironment, on state: borrowing PinnedState
    ) -> CallResult {
        var observer = NoObserver()
        return run(call, in: block, on: state, observer: &observer)
    }

    private mutating func run<Observer: StepObserver & ~Copyable>(
        _ call: FrameCall, in block: BlockEnvironment, on state: borrowing PinnedState, observer: inout Observer
    ) -> CallResult {
        begin(block, on: state)
        translates = limits.translates && !Observer.isActive
        isTraced = Observer.isActive
        let outer = overlay.openCheckpoint()
        overlay.refund = 0
        overlay.tx &+= 1
        origin = call.origin ?? call.sender
        gasPrice = call.gasPrice
        blobHashes = []
        let receiver = overlay.account(call.receiver, base)
        let sender = overlay.account(call.sender, base)
        let coinbase = overlay.account(block.coinbase, base)
        guard receiver >= 0, sender >= 0, coinbase >= 0 else { return giveUpCall(outer, .missingState) }
        if fork >= .berlin {
            _ = overlay.warmAccount(receiver)
            _ = overlay.warmAccount(sender)
            if fork >= .shanghai { _ = overlay.warmAccount(coinbase) }
        }
        let inner = overlay.openCheckpoint()
        if call.transfersValue {
            guard overlay.accounts[sender].balance >= call.value else {
                overlay.takeBack(to: outer)
                return .ended(.insufficientBalance, gasUsed: 0)
            }
            transfer(call.value, from: sender, to: receiver)
        }
        let hash = Keccak256.hash(call.code)
        let index = codes.index(of: hash) ?? codes.add(call.code, hash: hash)
        let gas = Int64(clamping: call.gas)
        pushRoot(
            code: index, account: receiver, caller: call.sender, value: call.value, input: call.input.span, gas: gas,
            isStatic: call.isStatic, inner)
        let halt = runFrames(&observer)
        if halt.isUnanswered { return giveUpCall(outer, halt) }
        endAccounts(since: outer)
        overlay.keep(outer)
        return .ended(halt, gasUsed: UInt64(gas - frames[0].gas))
    }

    private mutating func giveUpCall(_ checkpoint: OverlayCheckpoint, _ halt: Halt) -> CallResult {
        overlay.takeBack(to: checkpoint)
        guard halt == .missingState else { return .unanswered(halt, unsupportedPrecompile) }
        let needs = overlay.needs
        overlay.needs.removeAll()
        return .missing(needs)
    }
}
