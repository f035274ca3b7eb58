/// How long QEMU's processes may take.
public struct QEMULimits: Hashable, Sendable {
    /// For any answer of a running process that does not work on its disk. Nothing is ended when it is over: the call
    /// fails.
    public var commandDeadline = Duration.seconds(10)
    /// For any answer of a process that works on its disk, a slow flush for instance.
    public var workDeadline = Duration.seconds(60)
    /// From the start of a process until it answers.
    public var startDeadline = Duration.seconds(10)
    /// For writing back what a process holds when it is asked to end.
    public var stopDeadline = Duration.seconds(60)
    /// How long NBD clients that have just closed may still be counted.
    public var clientGrace = Duration.seconds(1)
    /// How long a client is waited for that cannot go on by itself (it was stopped, or does not read its answers),
    /// while all clients of its server wait.
    public var stoppedClientPatience = Duration.seconds(2)
    /// How long a client is waited for that looks alive in the midst of a request, since its last byte came.
    public var slowClientPatience = Duration.seconds(5)

    public init() {}
}
