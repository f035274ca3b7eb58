import HoldpointClient

@testable import HoldpointCommand

/// A session with a scripted server. Its output is `name`, so that tests print little.
func session(
    _ channel: FakeChannel, _ arguments: [String] = [], canAsk: Bool = false, environment: [String: String] = [:]
) throws -> Session {
    let settings = try Settings(
        options: try GlobalOptions.parse(["-o", "name", "--quiet"] + arguments), environment: environment, profile: [:],
        defaultEndpoint: "unix:/nonexistent")
    return Session(
        what: "test", settings: settings, client: HoldpointClient(channel: channel),
        printer: Printer(format: settings.output, colored: false),
        terminal: Terminal(colors: false, showsProgress: false, canAsk: canAsk), environment: environment)
}

/// The chain of a volume: a server snapshot, a snapshot, the attachment, the volume itself.
let chain = DeletionPlan(
    hash: "h1",
    steps: [
        DeletionStep(
            number: 1, action: .delete, kind: "server-snapshot", id: "ssnap-1", name: "nightly",
            losesForEver: "the data of data-1 as it was", freesBytes: 4096, requiredBy: "vol-1",
            reason: "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT"),
        DeletionStep(
            number: 2, action: .delete, kind: "snapshot", id: "vsnap-1", name: "before", losesForEver: "the same",
            requiredBy: "vol-1", reason: "VOLUME_HAS_SNAPSHOTS"),
        DeletionStep(
            number: 3, action: .detach, kind: "volume", id: "vol-1", name: "data-1", losesForEver: "nothing",
            requiredBy: "vol-1", reason: "VOLUME_ATTACHED"),
        DeletionStep(
            number: 4, action: .delete, kind: "volume", id: "vol-1", name: "data-1", losesForEver: "1 GiB of data",
            freesBytes: 8192),
    ],
    freesBytes: 12288, reclaimableBytes: 20480)

/// What a plan is without what nobody clears.
let blockedPlan = DeletionPlan(
    hash: "h2", steps: chain.steps,
    blockers: [
        Blocker(kind: "snapshot", id: "vsnap-1", name: "before", reason: "DELETION_PROTECTED"),
        Blocker(kind: "volume", id: "vol-1", name: "data-1", reason: "VOLUME_HAS_CLIENTS"),
    ],
    remedies: [Remedy(description: "unprotect", command: "holdpoint snapshot update vsnap-1 --no-protect")])
