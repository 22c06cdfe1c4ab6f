internal import EVMCodec

/// One message of a streaming peer, told apart.
enum InboundMessage {
    case notification(SubscriptionID, SubscriptionEvent.Item)
    case answers([RPCResponse], isArray: Bool)
    /// Valid JSON that is neither: ignored and counted.
    case foreign

    /// Reads a whole message. Throws when it is not JSON at all: such a peer cannot be trusted to answer.
    ///
    /// Cost: the scanner's one pass for usual notifications, a strict parse for everything else.
    static func read(_ bytes: [UInt8]) throws(JSONError) -> InboundMessage {
        do throws(SubscriptionScanner.Failure) {
            switch try SubscriptionScanner.scan(bytes) {
            case .notification(let id, let event): return .notification(id, item(event))
            case .other(let json): return other(json)
            }
        } catch {
            switch error {
            case .json(let fault): throw fault
            case .object(let id, let fault): return .notification(id, .refused(fault.description))
            }
        }
    }

    private static func item(_ event: SubscriptionScanner.Event) -> SubscriptionEvent.Item {
        switch event {
        case .pending(let transaction): .pending(transaction)
        case .pendingHash(let hash): .pendingHash(hash)
        case .header(let header): .header(header)
        case .log(let log): .log(log)
        case .other(let json): .other(json)
        }
    }

    private static func other(_ json: JSON) -> InboundMessage {
        if let items = json.array {
            let answers = items.compactMap { RPCResponse($0) }
            return answers.isEmpty ? .foreign : .answers(answers, isArray: true)
        }
        guard let answer = RPCResponse(json) else { return .foreign }
        return .answers([answer], isArray: false)
    }
}
