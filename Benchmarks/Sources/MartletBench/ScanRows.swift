import EVMCodec
import EVMTypes
import Foundation
import Pools

/// Reading a pending transaction's frame and a router's calldata.
///
/// Peer of the scanner: the strict parser with the same result. Peer of that: Foundation's `JSONDecoder`, which only
/// gets
/// the members as strings. Peer of the router reader: the generic ABI reader, which gives values without meaning.
func scanRows() -> [Row] {
    let v2 = BenchTraffic.v2Swaps(), v3 = BenchTraffic.v3Swaps()
    let frames = v2.map(BenchTraffic.frame)
    return [
        Row(
            "scan pending frame", ours: scanner(frames),
            peer: .init(name: "JSON.parse, RPC object") { strict(frames, $0) }),
        Row(
            "JSON.parse of the same, RPC object", ours: { strict(frames, $0) },
            peer: .init(name: "Foundation, strings only", body: foundation(frames))),
        routerRow("router decode, V2 swap", v2, types: "(uint256,uint256,address[],address,uint256)"),
        routerRow(
            "router decode, V3 single swap", v3,
            types: "(address,address,uint24,address,uint256,uint256,uint256,uint160)"),
    ]
}

private func scanner(_ frames: [[UInt8]]) -> Row.Body {
    { count in
        var sum: UInt64 = 0
        for i in 0..<count {
            guard
                case .notification(_, .pending(let pending))? = try? SubscriptionScanner.scan(frames[i % frames.count])
            else { fatalError("the scanner found no pending transaction") }
            sum &+= pending.hash.word.w0 &+ UInt64(pending.transaction.data.count)
        }
        return sum
    }
}

private func strict(_ frames: [[UInt8]], _ count: Int) -> UInt64 {
    var sum: UInt64 = 0
    for i in 0..<count {
        guard let result = (try? JSON.parse(frames[i % frames.count]))?["params"]?["result"],
            let pending = try? PendingTransaction(json: result)
        else { fatalError("the strict way found no pending transaction") }
        sum &+= pending.hash.word.w0 &+ UInt64(pending.transaction.data.count)
    }
    return sum
}

private struct FoundationFrame: Decodable {
    struct Body: Decodable {
        var hash, from, to, gas, input, nonce, value, type, chainId, v, r, s, maxFeePerGas, maxPriorityFeePerGas: String
    }
    struct Parameters: Decodable {
        var subscription: String
        var result: Body
    }
    var method: String
    var params: Parameters
}

private func foundation(_ frames: [[UInt8]]) -> Row.Body {
    let data = frames.map { Data($0) }, decoder = JSONDecoder()
    return { count in
        var sum: UInt64 = 0
        for i in 0..<count {
            guard let frame = try? decoder.decode(FoundationFrame.self, from: data[i % data.count]) else {
                fatalError("the peer did not decode the frame")
            }
            sum &+= UInt64(frame.params.result.input.utf8.count)
        }
        return sum
    }
}

private func routerRow(_ name: String, _ swaps: [PendingTransaction], types text: String) -> Row {
    guard case .tuple(let types)? = try? ABIType(text) else { fatalError("\(name): \(text) is no tuple") }
    let transactions = swaps.map(\.transaction), from = swaps[0].from
    return Row(
        name,
        ours: { count in
            var sum: UInt64 = 0
            for i in 0..<count {
                guard
                    case .plan(let plan) = RouterDecoder.decode(
                        transactions[i % transactions.count], from: from, routers: BenchMarket.routers),
                    case .swap(let intent) = plan.steps[0].action, case .exact(let amount) = intent.amount
                else { fatalError("\(name): no swap") }
                sum &+= amount.w0 &+ UInt64(intent.path.count)
            }
            return sum
        },
        peer: .init(name: "ABIReader.values") { count in
            var sum: UInt64 = 0
            for i in 0..<count {
                var reader = ABIReader(transactions[i % transactions.count].data, from: 4)
                guard let values = try? reader.values(types) else { fatalError("\(name): the peer read nothing") }
                sum &+= UInt64(values.count)
            }
            return sum
        })
}
