public import EVMCodec

/// What `debug_trace*` is asked for.
public enum TraceConfig: Hashable, Sendable {
    case calls(CallTracer.Options)
    case prestate(Prestate.Options)
    /// The default: every instruction.
    case steps(StructLogger.Options)

    /// Reads the config object: `tracer` with `tracerConfig`, or the default tracer's options. Tracers that Martlet
    /// does not have are refused by name, JavaScript ones too.
    public init(_ json: JSON?) throws(SimulationError) {
        guard let json, !json.isNull else {
            self = .steps(StructLogger.Options())
            return
        }
        guard json.object != nil else { throw .invalid("trace config: not an object") }
        let options = json["tracerConfig"]
        func flag(_ name: String, in object: JSON?) -> Bool { object?[name]?.bool ?? false }
        switch json["tracer"]?.string {
        case "callTracer":
            var calls = CallTracer.Options()
            calls.onlyTopCall = flag("onlyTopCall", in: options)
            calls.withLog = flag("withLog", in: options)
            self = .calls(calls)
        case "prestateTracer":
            var prestate = Prestate.Options()
            prestate.diffMode = flag("diffMode", in: options)
            prestate.disableCode = flag("disableCode", in: options)
            prestate.disableStorage = flag("disableStorage", in: options)
            prestate.includeEmpty = flag("includeEmpty", in: options)
            if prestate.diffMode, prestate.includeEmpty {
                throw .refused("cannot use diffMode with includeEmpty")
            }
            self = .prestate(prestate)
        case nil, "":
            var steps = StructLogger.Options()
            steps.enableMemory = flag("enableMemory", in: json)
            steps.disableStack = flag("disableStack", in: json)
            steps.disableStorage = flag("disableStorage", in: json)
            steps.enableReturnData = flag("enableReturnData", in: json)
            steps.limit = max(0, json["limit"]?.int ?? 0)
            self = .steps(steps)
        case let name?:
            throw .refused("tracer \"\(name.prefix(60))\" is not supported (callTracer and prestateTracer are)")
        }
    }
}
