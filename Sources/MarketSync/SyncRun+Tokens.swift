import EVMTypes
import NodeClient
import PoolStore
import Pools

extension SyncRun {
    private struct Candidate: Sendable {
        var token: Address
        /// The pool that is taken to hold it.
        var holder: Address
        /// The pair's reserve of it; nil for other kinds.
        var counted: UInt128?
    }

    private struct Found: Sendable {
        var worker: Int
        var token: Address
        var finding: TokenFinding
    }

    /// Looks at every token that a cycle can pass through (it is in two usable pools) and sets aside the pools of those
    /// whose transfers do not move exactly what was asked for. What an earlier run found is not looked at again.
    func checkTokens(at target: BlockRef) async throws {
        guard options.checksTokens else { return }
        begin(.tokens)
        var known = try TokenFinding.all(in: store)
        var open = candidates().filter { candidate in
            if case .unchecked? = known[candidate.token] { return true }
            return known[candidate.token] == nil
        }
        let total = UInt64(open.count)
        var done: UInt64 = 0
        let checks = peers.workers.map { TokenCheck($0, chainID: options.chainID, at: target.hash) }
        try await withThrowingTaskGroup(of: Found.self) { tasks in
            var free = Array(checks.indices.reversed())
            func launch() {
                while !open.isEmpty, let worker = free.popLast() {
                    let next = open.removeLast(), check = checks[worker]
                    tasks.addTask {
                        let finding = try await check.check(next.token, holder: next.holder, counted: next.counted)
                        return Found(worker: worker, token: next.token, finding: finding)
                    }
                }
            }
            launch()
            while let found = try await tasks.next() {
                free.append(found.worker)
                known[found.token] = found.finding
                report.tokensChecked += 1
                try stage([found.finding.write(for: found.token)])
                done += 1
                tell(done: done, total: total, before: 0)
                launch()
            }
        }
        setAside(known)
        try stage()
    }

    private func setAside(_ findings: [Address: TokenFinding]) {
        report.tokensRefused = []
        for (token, finding) in findings.sorted(by: { $0.key < $1.key }) {
            guard let refusal = finding.refusal, let index = market.tokenIndex(of: token) else { continue }
            report.tokensRefused.append((token, finding))
            for pool in market.pools(ofToken: index) { market.quarantine(pool, refusal) }
        }
    }

    /// Each token once, with the usable pool that holds most of it as far as that is known.
    private func candidates() -> [Candidate] {
        (0..<TokenIndex(market.tokenCount)).compactMap { token in
            let pools = market.pools(ofToken: token).filter { market.isUsable($0) }
            guard pools.count >= 2 else { return nil }
            let address = market.token(at: token)
            var best: Candidate?
            for pool in pools {
                let identity = market.identity(pool)
                switch market.pool(pool) {
                case .uniswapV2(let pair):
                    let reserve = identity.token0 == address ? pair.reserve0 : pair.reserve1
                    guard reserve > best?.counted ?? 0 else { continue }
                    best = Candidate(token: address, holder: identity.address, counted: reserve)
                case .uniswapV4, .algebra, .solidly, .coins: continue
                case .uniswapV3(let state):
                    guard best == nil, state.liquidity != 0 else { continue }
                    best = Candidate(token: address, holder: identity.address, counted: nil)
                }
            }
            return best
        }
    }
}
