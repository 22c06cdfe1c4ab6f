import EVMCodec
import EVMTypes
import NodeClient
import Pools

/// Reads whole pool states at one block.
struct StateRead: Sendable {
    let peers: SyncPeers
    /// The block, by hash: an answer about another branch is impossible.
    let block: BlockID

    private static let getReserves = ABI.selector("getReserves()")
    private static let slot0 = ABI.selector("slot0()")
    private static let liquidity = ABI.selector("liquidity()")
    private static let tickBitmap = ABI.selector("tickBitmap(int16)")
    private static let ticks = ABI.selector("ticks(int24)")

    /// Requests that reading a pool takes, about; for sizing groups.
    static func cost(_ identity: PoolIdentity) -> Int {
        identity.kind == .uniswapV2 ? 1 : V3Slots.words(spacing: identity.tickSpacing).count + 2
    }

    /// The states of pools of one kind, in order.
    func read(_ pools: [PoolIdentity], layout: PoolLayout, worker: Int) async throws -> [PoolReading] {
        guard let kind = pools.first?.kind else { return [] }
        switch kind {
        case .uniswapV2: return try await readPairs(pools, layout, worker)
        case .uniswapV3: return try await readConcentrated(pools, layout, worker)
        default: throw Self.unsupported(kind)
        }
    }

    // MARK: Requests

    private func slot(_ pool: Address, _ key: U256) -> RPCRequest {
        RPCRequest("eth_getStorageAt", [.address(pool), .hash(Hash32(key)), block.json])
    }

    private func view(_ pool: Address, _ selector: [UInt8], _ argument: Int32? = nil) -> RPCRequest {
        let data = selector + (argument.map { I256(Int($0)).bits.bigEndianBytes } ?? [])
        return RPCRequest("eth_call", [["to": .address(pool), "data": .hex(data)], block.json])
    }

    /// A storage word; an answer that is none is the peer's fault.
    private static func word(_ json: JSON?) throws -> U256 {
        guard let word = json?.quantityU256 else {
            throw NodeError(.malformedResponse, "eth_getStorageAt answered no word")
        }
        return word
    }

    /// Word `index` of a view's answer; nil when it is shorter (a revert, or no such function).
    private static func word(_ json: JSON?, _ index: Int) -> U256? {
        guard let bytes = json?.hexBytes, bytes.count >= 32 * (index + 1) else { return nil }
        return U256(bigEndian: bytes[32 * index..<32 * (index + 1)])
    }

    // MARK: Pairs

    private func readPairs(_ pools: [PoolIdentity], _ layout: PoolLayout, _ worker: Int) async throws -> [PoolReading] {
        switch layout {
        case .slots:
            let words = try await peers.batch(pools.map { slot($0.address, V3Slots.pair) }, worker: worker)
            return try words.map {
                let (reserve0, reserve1) = StateWords.reserves(try Self.word($0))
                return .uniswapV2(reserve0: reserve0, reserve1: reserve1)
            }
        case .views:
            let answers = try await peers.batch(pools.map { view($0.address, Self.getReserves) }, worker: worker)
            return answers.map {
                guard let reserve0 = Self.word($0, 0)?.asUInt128, let reserve1 = Self.word($0, 1)?.asUInt128 else {
                    return .unreadable
                }
                return .uniswapV2(reserve0: reserve0, reserve1: reserve1)
            }
        }
    }

    // MARK: Concentrated liquidity

    private struct Head {
        var price: U256
        var tick: Int32
        var liquidity: UInt128
    }

    private func readConcentrated(
        _ pools: [PoolIdentity], _ layout: PoolLayout, _ worker: Int
    ) async throws -> [PoolReading] {
        let heads = try await heads(pools, layout, worker)
        // All bitmap words of all pools that have a price, in one batch.
        var requests: [RPCRequest] = [], places: [(pool: Int, word: Int32)] = []
        for (index, pool) in pools.enumerated() where !(heads[index]?.price.isZero ?? true) {
            for word in V3Slots.words(spacing: pool.tickSpacing) {
                places.append((index, word))
                switch layout {
                case .slots(let shift): requests.append(slot(pool.address, V3Slots.word(word, shift)))
                case .views: requests.append(view(pool.address, Self.tickBitmap, word))
                }
            }
        }
        var ticks = [[TickState]?](repeating: [], count: pools.count)
        var wanted: [(pool: Int, tick: Int32)] = []
        for (place, answer) in zip(places, try await peers.batch(requests, worker: worker)) {
            guard let bits = try bits(answer, layout) else {
                ticks[place.pool] = nil
                continue
            }
            let spacing = pools[place.pool].tickSpacing
            wanted += V3Slots.ticks(in: bits, word: place.word, spacing: spacing).map { (place.pool, $0) }
        }
        let rows = try await peers.batch(
            wanted.map { place in
                switch layout {
                case .slots(let shift): slot(pools[place.pool].address, V3Slots.tick(place.tick, shift))
                case .views: view(pools[place.pool].address, Self.ticks, place.tick)
                }
            }, worker: worker)
        for (place, row) in zip(wanted, rows) {
            guard let state = try tick(place.tick, row, layout) else {
                ticks[place.pool] = nil
                continue
            }
            ticks[place.pool]?.append(state)
        }
        return pools.indices.map { index in
            guard let head = heads[index] else { return .unreadable }
            if head.price.isZero { return .withoutPrice }
            guard let states = ticks[index] else { return .unreadable }
            return .uniswapV3(
                sqrtPriceX96: head.price, tick: head.tick, liquidity: head.liquidity, ticks: states)
        }
    }

    private func bits(_ answer: JSON?, _ layout: PoolLayout) throws -> U256? {
        if case .slots = layout { return try Self.word(answer) }
        return Self.word(answer, 0)
    }

    private func tick(_ tick: Int32, _ answer: JSON?, _ layout: PoolLayout) throws -> TickState? {
        if case .slots = layout { return StateWords.tick(tick, try Self.word(answer)) }
        guard let gross = Self.word(answer, 0)?.asUInt128, let net = Self.word(answer, 1).flatMap(StateWords.signed)
        else { return nil }
        return TickState(tick: tick, liquidityNet: net, liquidityGross: gross)
    }

    private func heads(_ pools: [PoolIdentity], _ layout: PoolLayout, _ worker: Int) async throws -> [Head?] {
        let requests = pools.flatMap { pool -> [RPCRequest] in
            switch layout {
            case .slots(let shift):
                [slot(pool.address, V3Slots.slot0), slot(pool.address, V3Slots.liquidity(shift))]
            case .views: [view(pool.address, Self.slot0), view(pool.address, Self.liquidity)]
            }
        }
        let answers = try await peers.batch(requests, worker: worker)
        return try pools.indices.map { index in
            let first = answers[2 * index], second = answers[2 * index + 1]
            switch layout {
            case .slots:
                let price = StateWords.price(try Self.word(first)), word = try Self.word(second)
                return Head(price: price.sqrtPriceX96, tick: price.tick, liquidity: word.lo)
            case .views:
                guard let price = Self.word(first, 0), let tick = Self.word(first, 1).flatMap(StateWords.signed),
                    let tick = Int32(exactly: tick), let liquidity = Self.word(second, 0)?.asUInt128
                else { return nil }
                return Head(price: price, tick: tick, liquidity: liquidity)
            }
        }
    }

    // MARK: Which layout

    /// Whether one whole pool with liquidity, the one whose ticks take the fewest requests, is the same both ways.
    private func readsAlike(_ sample: [PoolIdentity], _ heads: [Head?], _ layout: PoolLayout) async throws -> Bool {
        let live = zip(sample, heads).filter { $1.map { $0.liquidity != 0 } ?? false }.map(\.0)
        guard let pool = live.min(by: { Self.cost($0) < Self.cost($1) }) else { return false }
        let slots = try await readConcentrated([pool], layout, 0)
        return slots == (try await readConcentrated([pool], .views, 0))
    }

    /// The layout of an exchange, judged on some of its pools: storage only when its words equal what the views say for
    /// every pool of the sample, and at least one pool has a state to compare.
    func layout(of sample: [PoolIdentity], kind: PoolKind) async throws -> PoolLayout {
        switch kind {
        case .uniswapV2:
            let views = try await readPairs(sample, .views, 0)
            let slots = try await readPairs(sample, .slots(shift: 0), 0)
            let hasState = slots.contains { $0 != .uniswapV2(reserve0: 0, reserve1: 0) }
            return views == slots && hasState ? .slots(shift: 0) : .views
        case .uniswapV3:
            let views = try await heads(sample, .views, 0)
            guard views.contains(where: { $0.map { $0.liquidity != 0 } ?? false }) else { return .views }
            for layout in PoolLayout.candidates(kind) {
                let slots = try await heads(sample, layout, 0)
                let isSame = zip(views, slots).allSatisfy {
                    $0?.price == $1?.price && $0?.tick == $1?.tick && $0?.liquidity == $1?.liquidity
                }
                // The heads lie alike in contracts of another compiler; their mappings do not.
                if isSame, try await readsAlike(sample, views, layout) { return layout }
            }
            return .views
        default: throw Self.unsupported(kind)
        }
    }

    /// Kinds whose states are put in by other ways than a read of the chain.
    private static func unsupported(_ kind: PoolKind) -> SyncError {
        SyncError(.configuration, "states of \(kind) pools are not read from a chain: only uniswapV2 and uniswapV3 are")
    }

    /// Whether `read` knows the kind.
    static func reads(_ kind: PoolKind) -> Bool { kind == .uniswapV2 || kind == .uniswapV3 }
}
