import ArgumentParser

/// What taking a snapshot may cost the writers.
struct CutOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long to wait for what clients have begun, all writers waiting; default: 60s.", valueName: "duration"),
        transform: DurationText.parse)
    var cutTimeout: Duration?

    /// As in requests: 0 is the default.
    var milliseconds: UInt32 {
        guard let cutTimeout else { return 0 }
        let (seconds, attoseconds) = cutTimeout.components
        return UInt32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }
}
