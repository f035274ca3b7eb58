internal import Crypto
internal import Foundation
internal import HoldpointMessages
internal import HoldpointRPC
internal import Model

extension HoldpointMessages.DeletionPlan {
    /// Beside 10,000 steps there is no room in a frame for as many blockers and remedies. The hash is over all.
    private static let largestBlockerCount = 1_000

    init(_ plan: Model.DeletionPlan) {
        self.init()
        hash = SHA256.hash(data: Data(plan.fingerprint.utf8)).hexadecimal
        steps = plan.steps.enumerated().map { DeletionStep($1, number: $0 + 1) }
        blockers = plan.blockers.prefix(Self.largestBlockerCount).map { HoldpointRPC.Blocker($0) }
        remedies = plan.remedies.prefix(Self.largestBlockerCount).map { HoldpointRPC.Remedy($0) }
        freesBytes = UInt64(plan.freesBytes.bytes)
        reclaimableBytes = UInt64(plan.reclaimableBytes.bytes)
    }
}

extension DeletionStep {
    fileprivate init(_ step: Model.DeletionPlan.Step, number: Int) {
        self.init()
        self.number = UInt32(clamping: number)
        kind = step.kind.rawValue
        id = step.id
        name = step.name
        losesForEver = step.losesForEver
        freesBytes = UInt64(step.freesBytes.bytes)
        requiredBy = step.requiredBy ?? ""
        reason = step.reason?.rawValue ?? ""
        switch step.action {
        case .delete: action = .delete
        case .detach: action = .detach
        case .stop: action = .stop
        case .suspend: action = .suspend
        }
    }
}

extension Sequence<UInt8> {
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
