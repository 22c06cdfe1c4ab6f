import EVMCodec
import EVMTypes

/// One row of the method table: it drives dispatch, parameter checks and the OpenRPC document.
public struct AdminMethod: Sendable {
    /// Name on the wire.
    public let name: String
    /// What it does, one sentence.
    public let summary: String
    /// Parameters in order (they may be given by name or by position).
    public let parameters: [Schema.Member]
    /// What the result is called and looks like.
    public let result: Schema.Member
    /// Carries it out. Gets the checked parameters by name.
    let handle: @Sendable (AdminHandlers, JSONObject) async throws -> JSON
}

/// The method table. To add a method, add a row (and a handler closure where the node has to do something new).
public enum AdminMethods {
    /// All rows in the order of the document. `rpc.discover` is answered from this table itself.
    public static let all: [AdminMethod] = [
        AdminMethod(
            name: "node_status", summary: "Tells what the node is doing.", parameters: [],
            result: Schema.Member("status", statusSchema, "The state of the node."),
            handle: { handlers, _ in try await handlers.status().json }),
        AdminMethod(
            name: "node_pause",
            summary:
                "Stops signing at once: when it answers, no transaction is signed until node_resume. Watching goes on.",
            parameters: [Schema.Member("reason", .string(max: 200), "Why, for the log.")],
            result: Schema.Member("state", pausedSchema, "The state after the call."),
            handle: { handlers, parameters in
                try await handlers.pause(parameters["reason"]?.string)
                return ["paused": true]
            }),
        AdminMethod(
            name: "node_resume", summary: "Allows signing again.", parameters: [],
            result: Schema.Member("state", pausedSchema, "The state after the call."),
            handle: { handlers, _ in
                try await handlers.resume()
                return ["paused": false]
            }),
        AdminMethod(
            name: "node_shutdown", summary: "Stops the node cleanly; the answer comes before it has stopped.",
            parameters: [],
            result: Schema.Member(
                "state", .object([Schema.Member("stopping", .boolean, required: true, "Always true.")], isOpen: false),
                "The state after the call."),
            handle: { handlers, _ in
                try await handlers.shutdown()
                return ["stopping": true]
            }),
        AdminMethod(
            name: "pools_list", summary: "Lists pools page by page.",
            parameters: [
                limit, after,
                Schema.Member("token", .address, "Only pools that hold this token."),
                Schema.Member("dex", .string(max: 64), "Only pools of this exchange, by its name in the chain file."),
                Schema.Member("usable", .boolean, "Only pools that are usable, or that are not."),
                Schema.Member("ticks", .boolean, "Whether V3 pools are shown with all their ticks."),
            ],
            result: page("Pools: address, tokens, exchange and state."),
            handle: { handlers, parameters in
                try await handlers.pools(
                    PoolsQuery(
                        limit: parameters["limit"]?.int ?? limitStandard, after: parameters["after"]?.string,
                        token: parameters["token"]?.address, dex: parameters["dex"]?.string,
                        isUsable: parameters["usable"]?.bool, includesTicks: parameters["ticks"]?.bool ?? false)
                ).json
            }),
        AdminMethod(
            name: "opportunities_list", summary: "Lists opportunities seen, newest first, page by page.",
            parameters: [limit, after, state], result: page("Opportunities, newest first."),
            handle: { handlers, parameters in try await handlers.opportunities(RecordsQuery(parameters)).json }),
        AdminMethod(
            name: "bundles_list", summary: "Lists bundles and what became of them, newest first, page by page.",
            parameters: [limit, after, state], result: page("Bundles, newest first."),
            handle: { handlers, parameters in try await handlers.bundles(RecordsQuery(parameters)).json }),
        AdminMethod(
            name: "rpc.discover", summary: "Gives this API as an OpenRPC document.", parameters: [],
            result: Schema.Member("document", .object([], isOpen: true), "An OpenRPC 1.3 document."),
            handle: { _, _ in OpenRPC.document }),
    ]

    /// The row of `name`. O(1).
    public static func named(_ name: String) -> AdminMethod? { table[name] }

    static let limitStandard = 100

    private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let limit = Schema.Member("limit", .integer(1...1_000), "Most items of the page; 100 when absent.")
    private static let after = Schema.Member(
        "after", .string(max: 128), "The `next` of the page before; absent for the first page.")
    private static let state = Schema.Member("state", .string(max: 32), "Only records in this state.")

    private static func page(_ summary: String) -> Schema.Member {
        Schema.Member(
            "page",
            .object(
                [
                    Schema.Member("items", .array(.object([], isOpen: true), max: 1_000), required: true, "The items."),
                    Schema.Member(
                        "next", .nullable(.string(max: 128)), required: true,
                        "What to give as `after` for the next page; null on the last one."),
                ], isOpen: false), summary)
    }

    private static let pausedSchema = Schema.object(
        [Schema.Member("paused", .boolean, required: true, "Whether signing is paused.")], isOpen: false)

    private static let statusSchema = Schema.object(
        [
            Schema.Member("chain", .string(max: 64), required: true, "Name of the chain file."),
            Schema.Member("chainId", .integer(0...Int.max), required: true, "Chain id."),
            Schema.Member("live", .boolean, required: true, "Whether bundles are really sent."),
            Schema.Member("paused", .boolean, required: true, "Whether signing is paused."),
            Schema.Member(
                "head", .nullable(.object(headMembers, isOpen: false)), required: true, "The block worked on."),
            Schema.Member("uptimeSeconds", .integer(0...Int.max), required: true, "Seconds since start."),
        ], isOpen: true)

    private static let headMembers = [
        Schema.Member("number", .integer(0...Int.max), required: true, "Block number."),
        Schema.Member("hash", .string(max: 66), required: true, "Block hash."),
        Schema.Member("timestamp", .integer(0...Int.max), required: true, "Unix time in seconds."),
    ]
}

extension RecordsQuery {
    /// Reads parameters that fit the schema.
    init(_ parameters: JSONObject) {
        self.init(
            limit: parameters["limit"]?.int ?? AdminMethods.limitStandard, after: parameters["after"]?.string,
            state: parameters["state"]?.string)
    }
}
