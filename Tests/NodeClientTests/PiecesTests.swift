import EVMCodec
import EVMTypes
import TestSupport
import Testing

@testable import NodeClient

@Suite struct PiecesTests {
    @Test func backoffStaysWithinItsBoundsAndResets() {
        var generator = SeededGenerator(seed: 7)
        var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(5))
        var ceiling = Duration.milliseconds(100)
        for _ in 0..<100 {
            let wait = backoff.next(using: &generator)
            #expect(wait >= ceiling * 0.5 && wait <= ceiling)
            ceiling = min(.seconds(5), ceiling * 2)
        }
        backoff.reset()
        #expect(backoff.next(using: &generator) <= .milliseconds(100))
    }

    @Test func bucketNeverGivesMoreThanItsBudget() {
        var generator = SeededGenerator(seed: 8)
        let start = ContinuousClock.now
        var now = start
        var bucket = TokenBucket(perSecond: 10, burst: 5, now: now)
        var taken = 0.0
        for _ in 0..<2000 {
            now += .milliseconds(Int.random(in: 0...200, using: &generator))
            let wait = bucket.take(1, now: now)
            if let wait {
                #expect(wait > .zero && wait <= .seconds(1))
            } else {
                taken += 1
            }
            #expect(taken <= 5 + 10 * start.duration(to: now).inSeconds + 1e-6)
        }
        #expect(taken > 0)
        #expect(bucket.take(1000, now: now + .seconds(60)) == nil, "more than the burst costs the burst")
    }

    @Test func batchPlanKeepsOrderAndBounds() {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<300 {
            let sizes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                Int.random(in: 1...500, using: &generator)
            }
            let items = Int.random(in: 1...20, using: &generator)
            let bytes = Int.random(in: 10...2000, using: &generator)
            let ranges = BatchPlan.split(sizes, itemsMax: items, bytesMax: bytes)
            #expect(ranges.flatMap(Array.init) == Array(sizes.indices))
            for range in ranges {
                #expect(!range.isEmpty && range.count <= items)
                let total = BatchPlan.join(range.map { Array(repeating: UInt8(0), count: sizes[$0]) }).count
                #expect(range.count == 1 || total <= bytes)
            }
        }
    }

    @Test func splitterGivesTheSameValuesHoweverTheStreamIsCut() throws {
        let values = [#"{"a":"}\"{","b":[1,{"c":"\\"}]}"#, "[]", #"[{"x":"]"}]"#, #"{"é":"ü"}"#]
        let stream = Array(values.joined(separator: "\n ").utf8) + Array(values.joined().utf8)
        var generator = SeededGenerator(seed: 10)
        for _ in 0..<200 {
            var splitter = IPCSplitter(bytesMax: 100)
            var found: [String] = []
            var at = 0
            while at < stream.count {
                let end = min(stream.count, at + Int.random(in: 1...12, using: &generator))
                try splitter.feed(stream[at..<end]) { found.append(String(decoding: $0, as: UTF8.self)) }
                at = end
            }
            #expect(found == values + values)
        }
    }

    @Test func splitterRefusesWhatIsTooLongAndWhatIsNoMessage() {
        var long = IPCSplitter(bytesMax: 10)
        #expect(throws: IPCSplitter.Failure.tooLong) { try long.feed(Array(#"{"aaaaaaaaaaaa":1}"#.utf8)) { _ in } }
        for byte in Array("}]x1\"".utf8) {
            var splitter = IPCSplitter(bytesMax: 10)
            #expect(throws: IPCSplitter.Failure.unexpectedByte(byte)) { try splitter.feed([byte]) { _ in } }
        }
    }

    @Test func splitterNeverTrapsOnRandomBytes() {
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array("{}[]\"\\ a".utf8) + [0, 0xFF]
        for _ in 0..<2000 {
            var splitter = IPCSplitter(bytesMax: 64)
            let bytes = (0..<100).map { _ in alphabet.randomElement(using: &generator)! }  // the alphabet is not empty
            try? splitter.feed(bytes) { #expect(!$0.isEmpty && $0.count <= 64) }
        }
    }

    @Test func outstandingCallsMatchByIDInAnyOrder() throws {
        var calls = OutstandingCalls<String>()
        calls.open(first: 1, count: 1, waiter: "one")
        calls.open(first: 2, count: 3, waiter: "batch")
        func read(_ text: String) throws -> [RPCResponse] {
            let json = try JSON.parse(text)
            return (json.array ?? [json]).compactMap { RPCResponse($0) }
        }
        #expect(calls.resolve(try read(#"{"id":99,"result":1}"#), isArray: false).isEmpty)
        let batch = calls.resolve(
            try read(#"[{"id":"4","result":"c"},{"id":2,"result":"a"},{"id":2,"result":"twice"}]"#), isArray: true)
        #expect(batch.map(\.waiter) == ["batch"])
        #expect(batch[0].answers == [.success(.string("a")), nil, .success(.string("c"))])
        #expect(calls.count == 1)
        let single = calls.resolve(
            try read(#"{"id":null,"error":{"code":-32700,"message":"parse error"}}"#), isArray: false)
        #expect(single.map(\.waiter) == ["one"])
        #expect(calls.count == 0)
        calls.open(first: 7, count: 2, waiter: "gone")
        #expect(calls.remove(first: 7) == "gone" && calls.remove(first: 7) == nil && calls.count == 0)
    }

    @Test func routerKeepsEarlyNotificationsInOrderAndBounded() {
        var router = SubscriptionRouter<Int>(parkedMax: 8)
        let (even, odd, nobody) = (SubscriptionID("0x2"), SubscriptionID("odd"), SubscriptionID("0xffff"))
        for item in 0..<5 { #expect(router.route(item % 2 == 0 ? even : odd, item) == nil) }
        #expect(router.claim([even], owner: 1) == [0, 2, 4])
        #expect(router.route(even, 6) == 1)
        #expect(router.claim([odd], owner: 2) == [1, 3])
        for item in 0..<1000 { #expect(router.route(nobody, item) == nil) }
        #expect(router.dropped >= 992)
        let kept = router.claim([nobody], owner: 3)
        #expect(kept.count <= 8 && kept.last == 999, "newest win")
        #expect(router.release(owner: 1) == [even])
        #expect(router.route(even, 7) == nil)
    }

    @Test func logSpanHalvesAndGrowsSlowly() {
        var span = LogSpan(start: 1000, ceiling: 1200)
        span.refused(1000)
        #expect(span.blocks == 500)
        span.refused(80)
        #expect(span.blocks == 40, "a short tail that is refused tells more than the span")
        for _ in 0..<7 { span.succeeded(40) }
        #expect(span.blocks == 40)
        span.succeeded(10)
        #expect(span.blocks == 40, "a short request says nothing about the span")
        span.succeeded(40)
        #expect(span.blocks == 50)
        for _ in 0..<1000 { span.succeeded(span.blocks) }
        #expect(span.blocks == 1200)
        for _ in 0..<100 { span.refused(span.blocks) }
        #expect(span.blocks == 1)
    }

    @Test func urlsPrintNoSecretInAnyWay() throws {
        let text = "wss://user:hunter2@node.example.org/v3/SECRETKEY?token=TOPSECRET"
        let url = try EndpointURL(text)
        let config = EndpointConfig(url, headers: [HTTPHeader("Authorization", "Bearer HIDDEN")])
        var dumped = ""
        dump(config, to: &dumped)
        for shown in [
            "\(url)", url.debugDescription, String(reflecting: url), "\(config)", dumped, "\(Redacted("hunter2"))",
        ] {
            for secret in ["hunter2", "SECRETKEY", "TOPSECRET", "HIDDEN", "user"] {
                #expect(!shown.contains(secret), "\(shown)")
            }
        }
        #expect(url.description == "wss://node.example.org:443")
        #expect(url.target.value == "/v3/SECRETKEY?token=TOPSECRET")
        #expect(url.basicAuthorization == "Basic dXNlcjpodW50ZXIy")
    }

    @Test(arguments: [
        "", "ftp://x", "http://", "https:///path", "http://a b", "http://host:0", "http://host:70000", "ws://h\r\nX: y",
        "relative/path",
        "/" + String(repeating: "p", count: 107),
    ])
    func badURLsAreRefusedWithoutBeingRepeated(_ text: String) {
        let error = #expect(throws: NodeError.self) { try EndpointURL(text) }
        #expect(error?.code == .configuration && error?.fault == .user)
        if text.count > 8 { #expect(error?.message.contains(text) == false) }
    }

    @Test func goodURLsAreRead() throws {
        #expect(try EndpointURL("http://[::1]:8545").host == "::1")
        #expect(try EndpointURL("HTTPS://h").port == 443)
        #expect(try EndpointURL("/run/geth.ipc").scheme == .ipc)
        #expect(try EndpointURL("ipc:///run/geth.ipc").description == "ipc:geth.ipc")
        #expect(try EndpointURL("/" + String(repeating: "p", count: 106)).isStreaming)
    }

    @Test func healthRestsLongerEachTimeAndHonoursRetryAfter() {
        let now = ContinuousClock.now
        var health = EndpointHealth()
        health.noteFailure(NodeError(.timeout, "x"), now: now)
        #expect(health.coolUntil == now + .milliseconds(250))
        health.noteFailure(NodeError(.timeout, "x"), now: now)
        #expect(health.coolUntil == now + .milliseconds(500))
        health.noteFailure(NodeError(.rateLimited, "x", retryAfter: .seconds(7)), now: now)
        #expect(health.coolUntil == now + .seconds(7) && health.rateLimited == 1)
        health.noteFailure(NodeError(.rateLimited, "x", retryAfter: .seconds(100_000)), now: now)
        #expect(health.coolUntil == now + EndpointHealth.retryAfterMax, "no peer stops us for a day")
        health.noteAnswer()
        #expect(health.coolUntil == nil && health.consecutiveFailures == 0)
        for _ in 0..<50 { health.noteFailure(NodeError(.connectFailed, "x"), now: now) }
        #expect(health.score < 0.01 && health.score > 0)
        #expect(abs(health.score(at: now + EndpointHealth.recoveryHalfLife) - 0.5) < 0.01, "trust comes back with time")
    }
}

@Suite(.timeLimit(.minutes(1))) struct BoundedQueueTests {
    @Test func newestWinAndDropsAreCounted() {
        let queue = BoundedQueue<Int>(capacity: 3)
        for item in 0..<10 { queue.push(item) }
        #expect(queue.dropped == 7 && queue.takeUnreportedDrops() == 7 && queue.takeUnreportedDrops() == 0)
        #expect(queue.drain(max: 2) == [7, 8] && queue.poll() == 9 && queue.poll() == nil)
    }

    @Test func aConsumerIsWokenEndedAndCancelled() async throws {
        let queue = BoundedQueue<Int>(capacity: 3)
        let waiting = Task { await queue.next() }
        try await Task.sleep(for: .milliseconds(20))
        queue.push(5)
        #expect(await waiting.value == 5)
        let cancelled = Task { await queue.next() }
        cancelled.cancel()
        #expect(await cancelled.value == nil)
        let ended = Task { await queue.next() }
        queue.push(6)
        queue.finish()
        #expect(await ended.value == 6)
        #expect(await queue.next() == nil)
        #expect(!queue.push(7))
    }

    @Test func nothingIsLostBetweenThreadsUnderTheBound() async {
        let queue = BoundedQueue<Int>(capacity: 20_000)
        async let sum = {
            var total = 0
            while let item = await queue.next() { total += item }
            return total
        }()
        await withTaskGroup(of: Void.self) { group in
            for part in 0..<4 { group.addTask { for item in 0..<2500 { queue.push(part * 2500 + item) } } }
        }
        queue.finish()
        #expect(await sum == 9999 * 10_000 / 2)
    }
}
