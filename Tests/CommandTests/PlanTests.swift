import HoldpointClient
import Testing

@testable import HoldpointCommand

@Suite struct PlanTreeTests {
    @Test func whatWasAskedForIsTheRootAndWhatGoesFirstIsBelow() {
        #expect(
            chain.tree.lines(.boxes) == [
                "4. delete volume data-1 (vol-1): 1 GiB of data; frees 8 KiB",
                "├── 1. delete server-snapshot nightly (ssnap-1): the data of data-1 as it was; frees 4 KiB",
                "├── 2. delete snapshot before (vsnap-1): the same",
                "└── 3. detach volume data-1 (vol-1): nothing",
            ])
        #expect(chain.totals == "4 steps, in the order of their numbers; frees 12 KiB at once, 20 KiB in the end")
    }

    @Test func linesGoOnPastWhatIsBelow() {
        let plan = DeletionPlan(steps: [
            DeletionStep(number: 1, action: .delete, kind: "volume", id: "a", requiredBy: "b"),
            DeletionStep(number: 2, action: .delete, kind: "volume", id: "b", requiredBy: "d"),
            DeletionStep(number: 3, action: .delete, kind: "volume", id: "c", requiredBy: "d"),
            DeletionStep(number: 4, action: .delete, kind: "server", id: "d"),
        ])
        #expect(
            plan.tree.lines(.ascii) == [
                "4. delete server d", "|-- 2. delete volume b", "|   `-- 1. delete volume a", "`-- 3. delete volume c",
            ])
    }

    @Test func everyStepIsShownWhateverAServerSends() {
        let circle = DeletionPlan(steps: [
            DeletionStep(number: 1, action: .delete, kind: "volume", id: "a", requiredBy: "b"),
            DeletionStep(number: 2, action: .delete, kind: "volume", id: "b", requiredBy: "a"),
            DeletionStep(number: 3, action: .delete, kind: "volume", id: "c", requiredBy: "c"),
            DeletionStep(number: 4, action: .delete, kind: "volume", id: "d\n", requiredBy: "gone"),
        ])
        #expect(
            circle.tree.lines(.ascii) == [
                "2. delete volume b", "`-- 1. delete volume a", "3. delete volume c", "4. delete volume d\\u{a}",
            ])
    }

    @Test func aDeepPlanCostsNoStack() {
        let steps = (1...20_000).map {
            DeletionStep(number: UInt32($0), action: .delete, kind: "volume", id: "\($0)", requiredBy: "\($0 + 1)")
        }
        #expect(TextTree(steps.indices.map { ("", $0 == 0 ? nil : $0 - 1) }).lines(.ascii).count == 20_000)
    }

    @Test(
        arguments: [
            ([:], false), (["LANG": "C"], false), (["LANG": "en_US.UTF-8"], true), (["LANG": "C.utf8"], true),
            (["LC_ALL": "C", "LANG": "C.UTF-8"], false), (["LC_ALL": "", "LC_CTYPE": "ko_KR.UTF-8"], true),
        ] as [([String: String], Bool)])
    func boxesAreForUTF8(_ environment: [String: String], _ isUTF8: Bool) {
        #expect(Terminal.isUTF8(environment) == isUTF8)
    }
}

@Suite struct StepTitleTests {
    private let operation = Operation(
        id: "op-1", kind: "EXECUTE_PLAN", state: .stuck,
        steps: [
            OperationStep(name: "delete-server-snapshot ssnap-1", state: .done),
            OperationStep(name: "delete-snapshot vsnap-1", state: .failed, message: "disk error"),
            OperationStep(name: "delete-volume vol-2", state: .pending),
        ], error: Status(code: .internal, message: "the engine failed", reason: "ENGINE_FAILED"))

    @Test func stepsAreNumberedAndNamed() {
        let titles = StepTitles(chain)
        #expect(
            operation.steps.indices.map { titles.numbered($0, of: operation) } == [
                "[1/3] delete server-snapshot nightly (ssnap-1)", "[2/3] delete snapshot before (vsnap-1)",
                "[3/3] delete volume vol-2",
            ])
    }

    @Test(arguments: ["create overlay", "delete-volume", "", "a b c", "wait-for-writers and more"])
    func otherStepsAreNamedAsTheyAre(_ name: String) {
        #expect(StepTitles(chain).title(name) == name)
    }

    @Test func aStuckOperationSaysHowFarItCameAndHowItGoesOn() {
        let failure = CommandFailure("volume delete data-1", ended: operation, titles: StepTitles(chain))
        #expect(failure.exit == .operationFailed)
        #expect(
            FailureText.lines(failure) == [
                "holdpoint: volume delete data-1: the engine failed; operation op-1 is stuck: "
                    + "1 of 3 steps are done, and it goes on when an administrator says so (ENGINE_FAILED)",
                "  done    [1/3] delete server-snapshot nightly (ssnap-1)",
                "  failed  [2/3] delete snapshot before (vsnap-1): disk error",
                "  to do   [3/3] delete volume vol-2",
                "  holdpoint admin resolve op-1 --retry  # try again and go on",
                "  holdpoint admin resolve op-1 --restore  # or give back what is left; what is done stays done",
            ])
    }
}
