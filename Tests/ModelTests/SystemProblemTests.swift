import Testing

@testable import Model

@Suite struct SystemProblemTests {
    private func operation(created: Int64) -> Operation {
        Operation(
            id: OperationID(stored: "op-000000000001"), projectID: ProjectID(stored: "prj-000000000001"),
            type: "CREATE_SNAPSHOT", steps: [], targetIDs: [], requestID: "", principal: "admin", input: "",
            warnings: [], at: Timestamp(millisecondsSinceEpoch: created))
    }

    /// A clock that was set back makes nobody overdue.
    @Test(arguments: [(0, false), (29, false), (31, true), (100_000, true), (-100_000, false)])
    func whatTakesHalfAnHourIsOverdue(minutes: Int64, isOverdue: Bool) {
        let now = Timestamp(millisecondsSinceEpoch: 1_000_000_000 + minutes * 60_000)
        let problem = SystemProblem(overdue: operation(created: 1_000_000_000), at: now)
        #expect((problem != nil) == isOverdue)
        if let problem { #expect(problem.remedy == .show(ResourceKey(OperationID(stored: "op-000000000001")))) }
    }

    @Test(
        arguments: [(100, nil), (5, nil), (4, .warning), (1, .warning), (0, .error)]
            as [(Int64, SystemProblem.Severity?)])
    func storageIsLowByItsPart(percent: Int64, severity: SystemProblem.Severity?) {
        let total: Int64 = 1 << 40
        let capacity = StorageCapacity(
            total: ByteCount(bytes: total), free: ByteCount(bytes: total / 100 * percent + (percent == 5 ? 100 : 12)))
        #expect(SystemProblem(capacity)?.severity == severity)
    }
}
