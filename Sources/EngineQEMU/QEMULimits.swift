/// How long QEMU's processes may take.
public struct QEMULimits: Hashable, Sendable {
    /// For any answer of a running process; it counts as lost afterwards.
    public var commandDeadline = Duration.seconds(10)
    /// From the start of a process until it answers.
    public var startDeadline = Duration.seconds(10)
    /// For writing back what a process holds when it is asked to end; it is killed afterwards.
    public var stopDeadline = Duration.seconds(60)
    /// How long NBD clients that have just closed may still be counted.
    public var clientGrace = Duration.seconds(1)

    public init() {}
}
