/// Why a plan does not go out. The raw values are stable: they stand in the history. Never reuse one.
@frozen
public enum RiskReason: UInt8, Error, Hashable, Sendable, CaseIterable {
    case paused = 1
    /// The head is older than allowed: the node may be behind its chain.
    case headTooOld = 2
    case netProfitTooSmall = 3
    case gasPriceTooHigh = 4
    case gasLimitTooHigh = 5
    case inputTooLarge = 6
    case tooManyPlansForBlock = 7
    /// Too many failures in a row: the breaker is open.
    case breakerOpen = 8
    case dailyLossReached = 9
    /// A pool of the plan failed lately.
    case poolCoolingDown = 10
    case baseFeeTooHigh = 11
    case tooManyInFlight = 12
    case feesTooHigh = 13
    case blockLossReached = 14
    case tokenNotAllowed = 15

    /// One line for people; `String(describing:)` is the stable word for metrics.
    public var text: String {
        switch self {
        case .paused: "the operator paused the node"
        case .headTooOld: "the newest head is older than allowed"
        case .netProfitTooSmall: "the net profit is below the minimum"
        case .gasPriceTooHigh: "the highest gas price we would pay is above the limit"
        case .gasLimitTooHigh: "the transaction asks for more gas than allowed"
        case .inputTooLarge: "the amount that goes into the first pool is above the limit"
        case .tooManyPlansForBlock: "as many plans as allowed went out for this block"
        case .breakerOpen: "too many failures in a row: the breaker is open"
        case .dailyLossReached: "the net loss of this day has reached its limit"
        case .poolCoolingDown: "a pool of the plan failed a few blocks ago"
        case .baseFeeTooHigh: "the next block's base fee is above the limit"
        case .tooManyInFlight: "plans already wait for as many blocks as allowed"
        case .feesTooHigh: "the gas of this plan could cost more than one block may"
        case .blockLossReached: "the loss booked on this head has reached its limit"
        case .tokenNotAllowed: "a token of the cycle is not on the allow-list"
        }
    }
}
