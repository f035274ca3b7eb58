internal import Engine
internal import Model
internal import Synchronization

/// What a cut did to clients, from the step that made it to the transaction that ends the step.
final class CutNotes: Sendable {
    private let warnings = Mutex<[Warning]>([])
    private let looks = Mutex<[VolumeID: Looks]>([:])
    private let time = Mutex<Timestamp?>(nil)

    /// What was seen of a volume's top before and after the cut; nil: nothing that proves anything.
    typealias Looks = (before: LayerActivity?, after: LayerActivity?)

    func add(_ report: CutReport) {
        add(Warning.cutOff(report.disconnectedClients))
        if report.stall > .zero { add([.stalled(report.stall)]) }
    }

    func add(_ failure: CutFailure) {
        add(Warning.cutOff(failure.disconnectedClients))
    }

    func add(disconnected clients: [String]) {
        add(Warning.cutOff(clients))
    }

    func add(before: [VolumeID: LayerActivity], after: [VolumeID: LayerActivity]) {
        looks.withLock { looks in
            // A write in the same moment would not show.
            for (id, activity) in before where activity.isSettled { looks[id] = (activity, after[id]) }
        }
    }

    func looks(at id: VolumeID) -> Looks {
        looks.withLock { $0[id] } ?? (nil, nil)
    }

    /// Adds what was noted to an operation's warnings. A transaction runs more than once: what is there stays single.
    func tell(_ operation: inout Operation) {
        let told = operation.warnings
        operation.warnings += warnings.withLock { $0 }.filter { !told.contains($0) }
    }

    /// When the volumes were cut; nil: not by this process.
    var cutTime: Timestamp? { time.withLock { $0 } }

    func setCutTime(_ now: Timestamp) {
        time.withLock { $0 = now }
    }

    func add(_ new: [Warning]) {
        warnings.withLock { $0 += new }
    }
}

extension Operation {
    /// Writers were cut off in the midst of a request: what they had not flushed may be torn.
    var hasCutClientsOff: Bool { warnings.contains { $0.reason == Warning.cutOffReason } }
}

extension Warning {
    fileprivate static let cutOffReason = "CLIENT_CUT_OFF"

    fileprivate static func cutOff(_ clients: [String]) -> [Warning] {
        clients.map {
            Warning(
                reason: cutOffReason,
                message: "client \($0) was disconnected: it had stopped in the midst of a request, and the cut would "
                    + "have waited for it for ever; nothing that was acknowledged is lost")
        }
    }

    fileprivate static func stalled(_ stall: Duration) -> Warning {
        let tenths = stall.components.seconds * 10 + stall.components.attoseconds / 100_000_000_000_000_000
        return Warning(
            reason: "CUT_STALLED",
            message: "the cut waited \(tenths / 10).\(tenths % 10) s for requests that clients had begun (a slow disk, "
                + "or a client); all writes to the server's volumes waited meanwhile")
    }
}
