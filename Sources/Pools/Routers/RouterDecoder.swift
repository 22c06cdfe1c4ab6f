public import EVMCodec
public import EVMTypes

/// Reads what transactions ask of known routers. Never traps, work and nesting are bounded.
public enum RouterDecoder {
    /// The most pools in one path.
    public static let hopsMax = 8
    /// The most steps of one transaction, nested calls included.
    public static let stepsMax = 32
    /// How deep multicalls may nest.
    static let depthMax = 2

    /// Decodes a transaction from `sender`.
    public static func decode(
        _ transaction: Transaction, from sender: Address, routers: RouterTable
    ) -> RouterDecoding {
        guard let to = transaction.to else { return .notARouter }
        return decode(
            to: to, value: transaction.value, data: transaction.data, from: sender, routers: routers)
    }

    /// Decodes a call of `to` with `value` wei and calldata `data` from `sender`.
    public static func decode(
        to: Address, value: U256, data: [UInt8], from sender: Address, routers: RouterTable
    ) -> RouterDecoding {
        guard let entry = routers[to] else { return .notARouter }
        var plan = RouterPlan(
            router: entry, wrappedNative: routers.wrappedNative, value: value, steps: [], deadline: nil,
            previousBlockHash: nil)
        let scope = RouterScope(entry: entry, wrappedNative: routers.wrappedNative, sender: sender, value: value)
        do throws(RouterStop) {
            switch entry.kind {
            case .uniswapV2Router02: try V2Router02Calls.read(data, scope, &plan)
            case .uniswapV3SwapRouter: try V3RouterCalls.read(data, scope, &plan, depth: 0)
            case .swapRouter02: try SwapRouter02Calls.read(data, scope, &plan, depth: 0)
            case .universalRouter: try UniversalRouterCalls.read(data, scope, &plan)
            }
        } catch {
            switch error {
            case .unknown(let selector): return .unknownSelector(selector)
            case .malformed(let fault): return .malformed(fault)
            case .unsupported(let fault): return .unsupported(fault)
            }
        }
        return .plan(plan)
    }
}

/// How reading calldata ends early.
enum RouterStop: Error {
    case unknown(UInt32)
    case malformed(RouterFault)
    case unsupported(RouterFault)
}

/// What all readers of one transaction share.
struct RouterScope {
    let entry: RouterEntry
    let wrappedNative: Address
    let sender: Address
    let value: U256

    /// The selector of calldata; nothing shorter than four bytes has one.
    func selector(_ data: [UInt8]) throws(RouterStop) -> UInt32 {
        guard data.count >= 4 else { throw .malformed(.encoding) }
        return data[..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    func dexID(_ kind: PoolKind) throws(RouterStop) -> UInt16 {
        guard let id = kind == .uniswapV2 ? entry.v2DexID : entry.v3DexID else {
            throw .unsupported(.noSuchExchange(kind))
        }
        return id
    }

    /// The recipient, with the two placeholders of SwapRouter02 and the Universal Router resolved.
    func recipient(_ address: Address) -> Address {
        if address == Address(high: 0, low: 1) { return sender }
        if address == Address(high: 0, low: 2) { return entry.address }
        return address
    }

    /// Hops of a V2 path of tokens.
    func hops(v2 tokens: [Address]) throws(RouterStop) -> [SwapHop] {
        guard tokens.count >= 2 else { throw .malformed(.path) }
        guard tokens.count - 1 <= RouterDecoder.hopsMax else { throw .unsupported(.tooManyHops) }
        let dexID = try dexID(.uniswapV2)
        var hops: [SwapHop] = []
        for index in 1..<tokens.count {
            guard tokens[index - 1] != tokens[index] else { throw .malformed(.path) }
            hops.append(
                SwapHop(
                    kind: .uniswapV2, dexID: dexID, tokenIn: tokens[index - 1], tokenOut: tokens[index], feePips: 0))
        }
        return hops
    }

    /// Hops of a packed V3 path: token (20), then fee (3) and token (20) for each pool. Exact-output paths run
    /// backwards.
    func hops(v3 path: ArraySlice<UInt8>, isReversed: Bool) throws(RouterStop) -> [SwapHop] {
        guard path.count >= 43, (path.count - 20) % 23 == 0 else { throw .malformed(.path) }
        guard (path.count - 20) / 23 <= RouterDecoder.hopsMax else { throw .unsupported(.tooManyHops) }
        let dexID = try dexID(.uniswapV3)
        var hops: [SwapHop] = []
        var at = path.startIndex
        while at + 43 <= path.endIndex {
            let first = Address(bytes: path[at..<at + 20]), second = Address(bytes: path[at + 23..<at + 43])
            let fee = path[at + 20..<at + 23].reduce(0) { $0 << 8 | UInt32($1) }
            guard first != second else { throw .malformed(.path) }
            hops.append(
                SwapHop(
                    kind: .uniswapV3, dexID: dexID, tokenIn: isReversed ? second : first,
                    tokenOut: isReversed ? first : second, feePips: fee))
            at += 23
        }
        return isReversed ? hops.reversed() : hops
    }

    /// The one hop of a V3 "single" call.
    func hop(_ tokenIn: Address, _ tokenOut: Address, fee: U256) throws(RouterStop) -> SwapHop {
        guard tokenIn != tokenOut else { throw .malformed(.path) }
        return SwapHop(
            kind: .uniswapV3, dexID: try dexID(.uniswapV3), tokenIn: tokenIn, tokenOut: tokenOut,
            feePips: UInt32(fee.w0))
    }
}

extension RouterPlan {
    /// Adds a step unless the plan is full.
    mutating func append(_ action: RouterAction, allowsRevert: Bool = false) throws(RouterStop) {
        guard steps.count < RouterDecoder.stepsMax else { throw .unsupported(.tooManySteps) }
        steps.append(RouterStep(action, allowsRevert: allowsRevert))
    }
}

/// Runs a reading closure, turning ABI faults into `.malformed(.encoding)`.
func readABI<T>(_ body: () throws(ABIError) -> T) throws(RouterStop) -> T {
    do throws(ABIError) { return try body() } catch { throw .malformed(.encoding) }
}
