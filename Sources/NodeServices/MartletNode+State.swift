import EVMCodec
import EVMTypes
import Logging
import NodeClient
import SearchCore

// The head's state for the runner: read ahead at each head, and for what waits for it.
extension MartletNode {
    /// Begins to read the working set at a head, while its logs are fetched.
    func readState(of header: BlockHeader) -> Task<StatePatch, any Error>? {
        guard let states = parts.states else { return nil }
        let point = BlockPoint(number: header.number, hash: header.hash)
        return Task { try await states.refresh(point) }
    }

    /// Gives the searcher what was read. A peer's failure leaves the state to be asked for bit by bit.
    func deliver(_ state: Task<StatePatch, any Error>?, of header: BlockHeader) async {
        guard let state else { return }
        do {
            let patch = try await state.value
            await step(.state(patch, timeMilliseconds: MarketKeeper.nowMilliseconds()))
        } catch {
            await parts.states?.stand(on: BlockPoint(number: header.number, hash: header.hash))
            counters.reason("state.refreshFailed")
            logger.debug("the head's state could not be read ahead", metadata: ["error": "\(error)"])
        }
    }

    /// Reads what candidates wait for, eight at a time, and sends them to the searcher again.
    func answerRequests() async {
        guard let states = parts.states else { return await waitForEnd() }
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await request in parts.desk.requests {
                if running >= 8 {
                    await group.next()
                    running -= 1
                }
                running += 1
                group.addTask { await self.answer(request, states) }
            }
        }
    }

    private func waitForEnd() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
    }

    private func answer(_ request: StateRequest, _ states: StateKeeper) async {
        do {
            guard let patch = try await states.answer(request) else { return counters.reason("state.staleRequest") }
            await step(.retry(patch, request.candidate, timeMilliseconds: MarketKeeper.nowMilliseconds()))
        } catch {
            counters.reason("state.readFailed")
            logger.debug("state could not be read", metadata: ["error": "\(error)"])
        }
    }

    private func step(_ event: Event) async {
        guard let decision = await parts.host.run({ $0.step(event) }) else { return }
        parts.desk.take(decision)
    }
}
