/// Why a signature was refused. Raw values are stable: they are reason codes in logs, metrics, the audit log and
/// History.
public enum SigningRefusal: String, Error, Sendable, CaseIterable {
    /// An operator paused signing.
    case paused = "signing-paused"
    /// The stop file exists: nothing signs until `martlet keys resume`.
    case stopped = "panic-stop"
    /// The audit log could not be written, and what is not written is not signed.
    case auditFailed = "audit-log-failed"
    /// The policy has no rules for this key.
    case keyUnknown = "key-without-policy"
    /// The policy allows no personal messages.
    case messageNotAllowed = "message-not-allowed"
    /// The typed data is not EIP-712, or a member does not fit its type.
    case malformedTypedData = "malformed-typed-data"
    /// Typed data of a contract and type outside the policy.
    case typedDataNotAllowed = "typed-data-not-allowed"
    /// An EIP-7702 delegation outside the policy.
    case authorizationNotAllowed = "authorization-not-allowed"
    /// An express-lane message outside the policy.
    case timeboostNotAllowed = "timeboost-not-allowed"
    /// No chain id (pre-EIP-155): valid on every chain, so never signed.
    case unprotected = "unprotected-transaction"
    /// A chain id outside the policy.
    case chainNotAllowed = "chain-not-allowed"
    /// A transaction type outside the policy.
    case kindNotAllowed = "transaction-type-not-allowed"
    /// A way of sending (bundle, public) outside the policy.
    case routeNotAllowed = "route-not-allowed"
    /// A time of day outside the policy's hours.
    case outsideHours = "outside-hours"
    /// A recipient outside the policy.
    case recipientNotAllowed = "recipient-not-allowed"
    /// A function of an allowed recipient outside the policy.
    case selectorNotAllowed = "selector-not-allowed"
    /// Contract creation, which the policy does not allow.
    case creationNotAllowed = "creation-not-allowed"
    /// More value in wei than the policy allows.
    case valueTooHigh = "value-too-high"
    /// A fee per gas (or per blob gas) above the policy's.
    case feeTooHigh = "fee-per-gas-too-high"
    /// A priority fee above the policy's.
    case tipTooHigh = "priority-fee-too-high"
    /// A priority fee above the fee cap: no chain accepts it.
    case tipAboveFee = "tip-above-fee"
    /// A gas limit above the policy's.
    case gasTooHigh = "gas-limit-too-high"
    /// Value plus the most that gas can cost is above the policy's limit for one transaction.
    case costTooHigh = "cost-too-high"
    /// It carries a signature already.
    case alreadySigned = "already-signed"
    /// The nonce was signed for another payload, and this is no dearer replacement.
    case nonceReused = "nonce-reused"
    /// More alternatives with one nonce than the policy allows.
    case tooManyAlternatives = "too-many-alternatives"
    /// A nonce further ahead of the last one than the policy allows.
    case nonceTooFar = "nonce-too-far-ahead"
    /// A nonce below the highest signed one that this signer never signed.
    case nonceTooLow = "nonce-too-low"
    /// More value than the policy allows within one hour.
    case hourValueTooHigh = "value-per-hour-too-high"
    /// More cost than the policy allows within one hour.
    case hourCostTooHigh = "cost-per-hour-too-high"
    /// More transactions than the policy allows within one hour.
    case hourCountTooHigh = "transactions-per-hour-too-high"
    /// More value than the policy allows within one day.
    case dayValueTooHigh = "value-per-day-too-high"
    /// More cost than the policy allows within one day.
    case dayCostTooHigh = "cost-per-day-too-high"
    /// More transactions than the policy allows within one day.
    case dayCountTooHigh = "transactions-per-day-too-high"
}
